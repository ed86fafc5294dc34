"""Tasks and how their problems are solved."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sobolev_diffusion.config.section import LATER, Entry, PositiveFloat, Section
from sobolev_diffusion.config.solvers import SolverConfig, SolverSettings, WarmConfig, WarmSettings

HORIZONS = {
    "pendulum": 200,
    "double_pendulum": 300,
    "ur5": 100,
    "ur5_columns": 100,
    "quadrotor": 150,
    "quadrotor_columns": 200,
    "talos": 60,
    "solo12": 52,
    "acrobot": 200,
    "pendulum_crocoddyl": 200,
    "ur5_crocoddyl": 100,
    "quadrotor_crocoddyl": 150,
}
"""Of the built-in tasks, T where no option says it."""
BUILT_IN_TASKS = tuple(HORIZONS)


class TaskConfig(Entry):
    kind: Literal[BUILT_IN_TASKS] | None = None  # type: ignore[valid-type]
    """Which built-in task it is a variant of; by default the one of its own name."""
    module: str | None = None
    """Path of a Python file with the task, for tasks that are not built in."""
    options: dict[str, Any] = {}
    """Arguments of the task's constructor (horizon, control mode, ...)."""
    cold: SolverSettings = SolverConfig()
    """Solver settings from the interpolated guess (TO alone)."""
    warm: WarmSettings = WarmConfig()
    """Solver settings from a policy's rollout (refining)."""
    methods: dict[str, dict[str, Any]] = {}
    """What a method does differently on this task: overrides of `methods`, merged key by key. They,
    too, can be `like` each other."""
    best_known: dict[str, Any] = {}
    """What the search for best known costs does differently on this task: overrides of `best_known`."""


class BestKnownConfig(Section):
    """How hard to look for the best known cost of an instance."""

    restarts: Annotated[int, Field(ge=0)] = 4
    """Cold solves from randomly deformed guesses."""
    deformation: PositiveFloat = 1.0
    """Standard deviation of the deformations, in tangent coordinates of the state."""
    neighbours: Annotated[int, Field(ge=0)] = 4
    """Warm solves of a round, from the best trajectories of the nearest instances."""
    rounds: Annotated[int, Field(ge=0)] = 2
    """How often what was found is passed on to neighbours."""
    frugal: Annotated[bool, Field(json_schema_extra=LATER)] = False
    """In a round, solve from the cheapest of these neighbours alone, and only if it costs less than what
    is known; takes more rounds and fewer solves."""
