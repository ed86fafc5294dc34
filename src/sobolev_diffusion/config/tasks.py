"""Tasks and how their problems are solved."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sobolev_diffusion.config.section import LATER, Entry, PositiveFloat, PositiveInt, Section


class SolverConfig(Section):
    tolerance: PositiveFloat = 1e-3
    """Target of primal and dual infeasibility."""
    dual_tolerance: Annotated[PositiveFloat | None, Field(json_schema_extra=LATER)] = None
    """Target of dual infeasibility, where it is not that of primal infeasibility."""
    mu: PositiveFloat = 1e-2
    """Initial augmented-Lagrangian penalty."""
    step_acceptance: Literal["filter", "armijo", "nonmonotone"] = "filter"
    """Globalisation of the step."""
    rollout: Literal["linear", "nonlinear"] = "linear"
    """Forward pass: linear steps, or a rollout of the dynamics with the gains, which makes more of a guess
    that is nearly a solution. A NaN in it is an error with nonmonotone; with armijo and filter, libaligator
    0.19.1 then writes where it should not and may crash: it is run in a process of its own."""
    max_iterations: PositiveInt = 1000
    """Cap K_solve on iterations."""
    min_regularisation: PositiveFloat = 1e-10
    """Smallest non-zero regularisation of the Hessian."""
    gains_mu: Annotated[PositiveFloat | None, Field(json_schema_extra=LATER)] = None
    """Penalty with which constraints count in the feedback gains, by default the solver's own. The smaller it
    is, the stiffer are the gains that keep a state on a constraint, beyond what the motors can follow and a
    policy can learn."""
    parameter_gains: Annotated[bool, Field(json_schema_extra=LATER)] = False
    """Also compute how the controls change with the task's parameters, K_p. Demonstrations for methods with
    `sobolev.parameters` have them whatever is set here."""


class WarmConfig(SolverConfig):
    controls: Annotated[Literal["rollout", "resting"], Field(json_schema_extra=LATER)] = "rollout"
    """Controls to start from: those of the rollout, or at each of its states `Task.resting_control`. Where
    actions name states, the rollout's controls may be at their limits, and the solver creeps from them."""


HORIZONS = {"pendulum": 200, "double_pendulum": 300, "ur5": 100, "quadrotor": 150, "quadrotor_columns": 200}
"""Of the built-in tasks, T where no option says it."""
BUILT_IN_TASKS = tuple(HORIZONS)


class TaskConfig(Entry):
    kind: Literal[BUILT_IN_TASKS] | None = None  # type: ignore[valid-type]
    """Which built-in task it is a variant of; by default the one of its own name."""
    module: str | None = None
    """Path of a Python file with the task, for tasks that are not built in."""
    options: dict[str, Any] = {}
    """Arguments of the task's constructor (horizon, control mode, ...)."""
    cold: SolverConfig = SolverConfig()
    """Solver settings from the interpolated guess (TO alone)."""
    warm: WarmConfig = WarmConfig()
    """Solver settings from a policy's rollout (refining)."""
    methods: dict[str, dict[str, Any]] = {}
    """What a method does differently on this task: overrides of `methods`, merged key by key. They,
    too, can be `like` each other."""
    reference: dict[str, Any] = {}
    """What the search for best known costs does differently on this task: overrides of `reference`."""


class ReferenceConfig(Section):
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
