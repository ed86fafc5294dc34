"""Settings of the solvers: which of them they are for is said by their key `solver`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from sobolev_diffusion.config.section import LATER, PositiveFloat, PositiveInt, Section


class SolverConfig(Section):
    """Of ProxDDP, for problems of Aligator."""

    solver: Annotated[Literal["proxddp"], Field(json_schema_extra=LATER)] = "proxddp"
    """Whose settings these are: proxddp solves Aligator's problems; fddp and boxfddp Crocoddyl's."""
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
    """Of ProxDDP from a rollout."""

    controls: Annotated[Literal["rollout", "resting"], Field(json_schema_extra=LATER)] = "rollout"
    """Controls to start from: those of the rollout, or at each of its states `Task.resting_control`. Where
    actions name states, the rollout's controls may be at their limits, and the solver creeps from them."""


class CrocoddylConfig(Section):
    """Of Crocoddyl's solvers, for its problems."""

    solver: Literal["fddp", "boxfddp"]
    """boxfddp keeps the limits of the controls; fddp is for problems without."""
    tolerance: PositiveFloat = 1e-3
    """Largest gap between the dynamics and the next state that counts as none."""
    stop: PositiveFloat = 1e-9
    """Converged once a full step promises less than this of the cost (`th_stop`)."""
    max_iterations: PositiveInt = 1000
    """Cap K_solve on iterations."""
    regularisation: PositiveFloat = 1e-9
    """Of the Hessian, to begin with."""
    parameter_gains: bool = False
    """As in ProxDDP's settings."""


class CrocoddylWarmConfig(CrocoddylConfig):
    """Of Crocoddyl's solvers from a rollout."""

    controls: Literal["rollout", "resting"] = "rollout"
    """As in ProxDDP's settings."""


def tagged(kind: type[Section]) -> Tag:
    """Names the type where settings are of several; in brackets, as no key is."""
    return Tag(f"({kind.__name__})")


def _by_solver(proxddp: type[SolverConfig], crocoddyl: type[CrocoddylConfig]) -> Discriminator:
    """Settings that do not say whose they are are ProxDDP's."""

    def whose(settings: Any) -> str:
        solver = settings.get("solver", "proxddp") if isinstance(settings, dict) else settings.solver
        return tagged(proxddp if solver == "proxddp" else crocoddyl).tag

    return Discriminator(whose)


SolverSettings = Annotated[
    Annotated[SolverConfig, tagged(SolverConfig)] | Annotated[CrocoddylConfig, tagged(CrocoddylConfig)],
    _by_solver(SolverConfig, CrocoddylConfig),
]
WarmSettings = Annotated[
    Annotated[WarmConfig, tagged(WarmConfig)] | Annotated[CrocoddylWarmConfig, tagged(CrocoddylWarmConfig)],
    _by_solver(WarmConfig, CrocoddylWarmConfig),
]
