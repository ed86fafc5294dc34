"""Every iterate of TO alone, of refining and of its floor, with the seconds that it took to come there."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def follow_progress(job: Job, output: Path) -> None:
    """Cost and feasibility against wall-clock time, one instance at a time."""
    from sobolev_diffusion.config import GuessConfig, SolverConfig, WarmConfig
    from sobolev_diffusion.experiment.circumstances import machine
    from sobolev_diffusion.experiment.learning_data import chosen_demonstrations
    from sobolev_diffusion.experiment.parquet import write_parquet
    from sobolev_diffusion.policies import Policy
    from sobolev_diffusion.warm_start.profiles import profile

    s, paths = job.settings, job.paths
    methods = s["methods"]
    policies = {method: Policy.load(path) for method, path in zip(methods, paths, strict=False)}
    learnt = dict.fromkeys(methods)
    first = len(methods)
    for method, settings, count in zip(methods, s.get("learnt", []), s.get("runs", []), strict=False):
        learnt[method] = chosen_demonstrations(settings, paths[first : first + count])
        first += count
    table = profile(
        job.task(),
        policies,
        learnt,
        GuessConfig(**s["guess"]),
        SolverConfig(**s["cold"]),
        WarmConfig(**s["warm"]),
        s["seed"],
        s["instances"],
        s["action_length"],
    )
    write_parquet(output, table.assign(processor=machine()["processor"]))


STAGE = Stage(
    name="profiles",
    rule="profile",
    suffix=".parquet",
    message="profile",
    compute=follow_progress,
    alone=True,
)
