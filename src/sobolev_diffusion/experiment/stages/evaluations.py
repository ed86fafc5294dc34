"""A row per evaluation instance: policies before and after refining, or TO alone."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def evaluate_instances(job: Job, output: Path) -> None:
    """TO alone, or a policy by T_a, on the evaluation instances of a seed."""
    from sobolev_diffusion.config import WarmConfig
    from sobolev_diffusion.experiment.parquet import write_labelled
    from sobolev_diffusion.policies import load_policy
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.warm_start.evaluate import evaluate, evaluate_runs

    s = job.settings
    task = job.task()
    ((source, _),) = job.inputs
    if "action_lengths" in s:
        table = evaluate(
            task,
            load_policy(source),
            WarmConfig(**(s["solver"] or {})),
            s["seed"],
            s["instances"],
            s["action_lengths"],
            refine=s["solver"] is not None,
            workers=job.workers,
        )
    else:
        table = evaluate_runs(task, Demonstrations.load(source))
    write_labelled(output, job.labels, table)


STAGE = Stage(
    name="evaluations",
    rule="evaluation",
    suffix=".parquet",
    message="evaluation",
    compute=evaluate_instances,
)
