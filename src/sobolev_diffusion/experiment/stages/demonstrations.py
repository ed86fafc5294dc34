"""Solver runs with their gains, of training or evaluation instances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sobolev_diffusion.experiment.job import Job, Stage

if TYPE_CHECKING:
    from sobolev_diffusion.solver.demonstrations import Demonstrations


def collect_runs(job: Job, output: Path) -> None:
    """TO alone, from a policy's rollouts, or from the runs of neighbours."""
    from sobolev_diffusion.config import ContinuationConfig, SolverConfig, WarmConfig
    from sobolev_diffusion.policies import Policy
    from sobolev_diffusion.solver.collect import collect
    from sobolev_diffusion.solver.continuation import collect_from_neighbours
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.instances import EVALUATION, TRAINING
    from sobolev_diffusion.warm_start.refine import collect_warm

    s = job.settings
    numbers = range(s["first"], s["first"] + s["count"])
    task = job.task()
    if "continuation" in s:
        solver, rules = WarmConfig(**s["solver"]), ContinuationConfig(**s["continuation"])
        known = _each_once([Demonstrations.load(path) for path in job.paths], before=numbers.stop)
        runs = collect_from_neighbours(task, solver, rules, known, numbers.start, job.workers)
    elif job.inputs:
        solver, policy = WarmConfig(**s["solver"]), Policy.load(job.paths[0])
        runs = collect_warm(task, policy, solver, s["seed"], numbers, s["action_length"], job.workers)
    else:
        purpose = EVALUATION if s.get("purpose") == "evaluation" else TRAINING
        runs = collect(task, SolverConfig(**s["solver"]), s["seed"], numbers, job.workers, purpose)
    runs.save(output)


def _each_once(sets: Sequence[Demonstrations], before: int) -> Demonstrations:
    """All instances below a number; where several sets have one, the run of the first of them."""
    import numpy as np

    from sobolev_diffusion.solver.demonstrations import Demonstrations

    runs = Demonstrations.concatenate(list(sets))
    _, index = np.unique(runs.instance, return_index=True)
    return runs.take(index[runs.instance[index] < before])


STAGE = Stage(
    name="demonstrations",
    rule="demonstrations",
    suffix=".npz",
    message="solving training instances",
    compute=collect_runs,
)
