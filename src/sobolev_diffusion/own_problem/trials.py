"""What `fit` tries because a user cannot know it, and how much of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from sobolev_diffusion.config import (
    GuessConfig,
    MethodConfig,
    PolicyConfig,
    SobolevConfig,
    SolverConfig,
    TrainingConfig,
    UnetConfig,
    WarmConfig,
)
from sobolev_diffusion.config.methods import gradient_steps
from sobolev_diffusion.tasks.base import Task

LOOSER = (None, 1e-2, 1e-1)
"""Dual tolerances, one after the other as long as too few solves converge; none: the tolerance itself."""


@dataclass(frozen=True)
class Trials:
    """How much is tried.

    Attributes:
        scanned: instances on which settings of the solver are compared.
        validated: held-out instances on which everything else is compared.
        steps: gradient steps of a trial.
        longest: gradient steps of the last training, at most.
    """

    scanned: int = 8
    validated: int = 20
    steps: int = 5000
    longest: int = 80_000

    @staticmethod
    def quick() -> Trials:
        """To see whether all works: the choices are then not worth much."""
        return Trials(scanned=3, validated=6, steps=300, longest=300)


def cold_settings(tolerance: float, dual_tolerance: float | None) -> list[SolverConfig]:
    """Settings of the solver from a task's own guess."""
    same = {"tolerance": tolerance, "dual_tolerance": dual_tolerance}
    linear = product(("armijo", "filter", "nonmonotone"), ("linear",), (1e-2, 1e-4, 1e-6))
    nonlinear = product(("armijo", "nonmonotone"), ("nonlinear",), (1e-2, 1e-6))
    names = ("step_acceptance", "rollout", "mu")
    return [
        SolverConfig(**same, **dict(zip(names, values, strict=True)))  # type: ignore[arg-type]
        for values in (*linear, *nonlinear)
    ]


def warm_settings(cold: SolverConfig) -> list[WarmConfig]:
    """Settings of the solver from a rollout; what counts as converged is as it is alone."""
    linear = product(("armijo", "filter"), ("linear",), (1e-2, 1e-3, 1e-5), ("rollout", "resting"))
    nonlinear = product(("nonmonotone",), ("nonlinear",), (1e-3, 1e-5, 1e-7), ("rollout",))
    same = cold.model_dump(include={"tolerance", "dual_tolerance", "max_iterations"})
    names = ("step_acceptance", "rollout", "mu", "controls")
    return [
        WarmConfig(**same, **dict(zip(names, values, strict=True)))  # type: ignore[arg-type]
        for values in (*linear, *nonlinear)
    ]


def guarded(costs_are_positive: bool, *, policy: bool, nearest: bool = False) -> GuessConfig:
    """How a guess is chosen; the solver starts alone where even the best is far from what is known.

    Args:
        costs_are_positive: of all demonstrations; multiples of a cost say nothing otherwise.
        policy: whether several samples are worth drawing.
        nearest: whether the nearest demonstration, followed to the instance's own target, is one to choose
            from besides.
    """
    return GuessConfig(
        samples=8 if policy and costs_are_positive else 1,
        enough=2 if policy and costs_are_positive else None,
        cold_above=10 if costs_are_positive else None,
        nearest=nearest,
        nearest_in_parameters=nearest,
        region=1,
        restart=True,
    )


def prediction_horizon(horizon: int) -> int:
    """T_p, of which all but one are coming actions: 16, or what a short horizon has room for.

    Raises:
        ValueError: it has room for none.
    """
    for length in (16, 8, 4):
        if length - 1 <= horizon:
            return length
    raise ValueError(f"horizon: {horizon} steps are shorter than a chunk of 3 coming actions; take more")


def methods(task: Task, parameters: bool) -> dict[str, MethodConfig]:
    """Trainings to compare, the one that the project's own tasks speak for first.

    Args:
        task: its control mode decides what is worth trying.
        parameters: whether demonstrations have gains in the task's parameters.
    """
    length = prediction_horizon(task.horizon)
    plain = PolicyConfig(kind="diffusion", prediction_horizon=length)
    affine = plain.model_copy(update={"affine": True, "scale_floor": 0.1, "unet": UnetConfig(groups=1)})
    of_chunks, of_actions = TrainingConfig(batch_size=16, history_noise=0.3), TrainingConfig()
    one_action = PolicyConfig(kind="direct")
    affine_action = one_action.model_copy(update={"affine": True, "scale_floor": 0.1})

    def method(policy: PolicyConfig, weight: float | None, scale: float | None = 30) -> MethodConfig:
        sobolev = weight and SobolevConfig(
            weight=weight,
            estimator="state" if policy.affine else "output",
            norm_scale=scale,
            parameters=parameters,
        )
        training = of_chunks if policy.predicts_chunks else of_actions
        return MethodConfig(policy=policy, sobolev=sobolev or None, training=training)

    if task.control == "state":
        return {
            "affine, weight 0.1": method(affine, 0.1, 100),
            "affine, weight 0.01": method(affine, 0.01, 100),
            "affine, weight 1": method(affine, 1, 10),
            "perceptron, affine, weight 0.1": method(affine_action, 0.1, 100),
        }
    return {
        "weight 0.003": method(plain, 0.003),
        "weight 0.03": method(plain, 0.03),
        "no derivatives": method(plain, None),
        "affine, weight 0.01": method(affine, 0.01, 100),
        # where gains are large, as of an acrobot that balances, it learns them, a diffusion policy does not
        "perceptron, weight 0.003": method(one_action, 0.003, None),
    }


def action_lengths(longest: int) -> list[int]:
    """T_a to compare, the usual one first."""
    return list(dict.fromkeys(min(length, longest) for length in (8, 15, 4, 1)))


def epochs(steps: int, demonstrations: int, horizon: int, method: MethodConfig) -> int:
    """As many as make this many gradient steps, at least."""
    pairs, policy = demonstrations * horizon, method.policy
    length = policy.prediction_horizon if policy.predicts_chunks else 1
    return math.ceil(steps / gradient_steps(1, pairs, length, method.training.batch_size))
