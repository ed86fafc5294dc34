"""What a drawing needs of the experiments and timings that it names; else a ValueError that says where."""

from __future__ import annotations

from collections.abc import Iterable

from sobolev_diffusion.config import Computation, ExperimentConfig
from sobolev_diffusion.config.section import known


def experiment(config: Computation, where: str, name: str) -> ExperimentConfig:
    """One that is there."""
    known(f"{where}.experiment", name, config.experiments)
    return config.experiments[name]


def one_n_traj(config: Computation, where: str, name: str) -> ExperimentConfig:
    """An experiment whose policies are told apart without n_traj."""
    found = experiment(config, where, name)
    if len(found.n_traj) > 1:
        raise ValueError(f"{where}.experiment: {name} has more than one n_traj")
    return found


def evaluated(config: Computation, key: str, name: str, action_length: int) -> None:
    """A T_a at which an experiment evaluates its policies."""
    if action_length not in config.experiments[name].action_lengths:
        raise ValueError(
            f"{key}: T_a = {action_length} is not evaluated by experiments.{name}.action_lengths"
        )


def refined(config: Computation, where: str, name: str) -> None:
    """An experiment whose rollouts are refined."""
    if not config.experiments[name].refine:
        raise ValueError(f"{where}: experiments.{name} evaluates without refining (refine: false)")


def methods(where: str, names: tuple[str, ...], found: ExperimentConfig) -> None:
    """Methods of an experiment."""
    for name in names:
        known(f"{where}.methods", name, found.methods)


def timings(config: Computation, where: str, names: Iterable[str]) -> None:
    """Those that are there."""
    for name in names:
        known(f"{where}.timings", name, config.timings)


def timing(config: Computation, where: str, name: str) -> None:
    """One that is there."""
    known(f"{where}.timing", name, config.timings)
