"""A row per evaluation instance: policies before and after refining, or TO alone."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def evaluate_instances(job: Job, output: Path) -> None:
    """TO alone, or a policy by T_a, on the evaluation instances of a seed."""
    from sobolev_diffusion.config import GuessConfig, SolverConfig, WarmConfig
    from sobolev_diffusion.experiment.learning_data import chosen_demonstrations
    from sobolev_diffusion.experiment.parquet import write_labelled
    from sobolev_diffusion.policies import Policy
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.warm_start.evaluate import evaluate, evaluate_chosen, evaluate_runs

    s, task = job.settings, job.task()
    source, *runs = job.paths
    if "action_lengths" not in s:
        table = evaluate_runs(task, Demonstrations.load(source))
    elif "guess" in s:
        table = evaluate_chosen(
            task,
            Policy.load(source),
            chosen_demonstrations(s["learnt"], runs),
            GuessConfig(**s["guess"]),
            SolverConfig(**s["cold"]),
            WarmConfig(**s["solver"]),
            s["seed"],
            s["instances"],
            s["action_lengths"],
            workers=job.workers,
        )
    else:
        table = evaluate(
            task,
            Policy.load(source),
            WarmConfig(**(s["solver"] or {})),
            s["seed"],
            s["instances"],
            s["action_lengths"],
            refine=s["solver"] is not None,
            workers=job.workers,
        )
    write_labelled(output, job.labels, table)


STAGE = Stage(
    name="evaluations",
    rule="evaluation",
    suffix=".parquet",
    message="evaluation",
    compute=evaluate_instances,
)
