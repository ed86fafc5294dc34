"""What one part of the configuration names must be there in another, and go with it."""

from __future__ import annotations

from sobolev_diffusion.config.computation import Computation
from sobolev_diffusion.config.section import known
from sobolev_diffusion.config.solvers import CrocoddylConfig
from sobolev_diffusion.config.tasks import BUILT_IN_TASKS, BestKnownConfig


def check(config: Computation) -> None:
    """Check every name that stands for an entry of another section, and what is asked of that entry.

    Raises:
        ValueError: the first problem, in one line that names the key and what is allowed.
    """
    for name in config.tasks:
        _task(config, name)
    for name in config.experiments:
        _experiment(config, name)
    for name in config.timings:
        _timing(config, name)


def _task(config: Computation, name: str) -> None:
    task = config.tasks[name]
    if task.module is None and task.kind is None and name not in BUILT_IN_TASKS:
        raise ValueError(
            f"tasks.{name}: not a built-in task; give its kind ({', '.join(BUILT_IN_TASKS)}) "
            "or, for a task of your own, the path of its file as module"
        )
    if task.module is not None and task.kind is not None:
        raise ValueError(f"tasks.{name}: give either kind or module, not both")
    if isinstance(task.cold, CrocoddylConfig) != isinstance(task.warm, CrocoddylConfig):
        raise ValueError(
            f"tasks.{name}: cold is for {task.cold.solver}, warm for {task.warm.solver}, but its problems "
            "are of one kind: give solver: in both"
        )
    for method in task.methods:
        known(f"tasks.{name}.methods", method, config.methods)
    for key in task.best_known:
        known(f"tasks.{name}.best_known", key, BestKnownConfig.model_fields)
    config.search(name)


def _experiment(config: Computation, name: str) -> None:
    experiment, where = config.experiments[name], f"experiments.{name}"
    known(f"{where}.task", experiment.task, config.tasks)
    for method in experiment.methods:
        known(f"{where}.methods", method, config.methods)
        limit = config.method(experiment.task, method).policy
        if limit.trained and limit.kind not in experiment.epochs:
            raise ValueError(f"{where}.epochs: no entry for {limit.kind}, the kind of {method}")
        for key in ("action_lengths", "last_action_lengths"):
            longest = max(getattr(experiment, key), default=1)
            if limit.predicts_chunks and longest > limit.max_action_length:
                raise ValueError(
                    f"{where}.{key}: T_a = {longest} exceeds "
                    f"T_p - T_h = {limit.max_action_length} of method {method}"
                )


def _timing(config: Computation, name: str) -> None:
    timing, where = config.timings[name], f"timings.{name}"
    known(f"{where}.experiment", timing.experiment, config.experiments)
    if timing.n_traj not in config.experiments[timing.experiment].n_traj:
        raise ValueError(f"{where}.n_traj: {timing.n_traj} is not in its experiment's n_traj")
