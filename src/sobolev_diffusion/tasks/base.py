"""What a task is: a family of problems indexed by theta, and how a policy sees and drives them.

Problems are Aligator's; Crocoddyl's as well (`CrocoddylTask`).

A new task subclasses `Task` (or `MultibodyTask`) and defines four things: `space`, `dynamics`,
`sample` and `problem`. Everything else has a default that can be overridden.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.cost_targets import CostTargets, set_cost_targets
from sobolev_diffusion.tasks.from_neutral import (
    along_last_axis,
    difference_from_neutral,
    integrate_from_neutral,
)
from sobolev_diffusion.tasks.interfaces import Dynamics, StateSpace
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives
from sobolev_diffusion.tasks.problems import Problem

Array = NDArray[np.float64]
ControlMode = Literal["torque", "state"]


@dataclass(frozen=True)
class Axis:
    """Name and unit of one coordinate, for figures."""

    name: str
    unit: str


class TaskError(RuntimeError):
    """A task that cannot be used: its name, the method, and what was expected."""


class Task(ABC):
    """A family of optimal control problems (1), one for each theta.

    Class attributes to set:
        name: its kind; a task made from the configuration takes the name it has there.
        horizon: T, number of control steps.
        dt: seconds per step.
        goal_tolerance: a trajectory that ends nearer to the goal has reached it; unit of `goal_distance`.
        files: what it reads (a URDF, a folder of meshes, numbers), from the folder of its own file on; the
            workflow computes anew when they change. Modules that it imports need not be named.

    Instance attributes to set in `__init__`:
        space: manifold of the state (aligator.manifolds), dimensions nx and ndx.
        dynamics: discrete dynamics x_{t+1} = f(x_t, u_t), the same at every step (but see `dynamics_at`).
        lower, upper: limits of the control, (nu,); what a policy commands is clipped to them.

    Args:
        control: what the policy generates. torque: a_{t+1} = u_t. state: a_t = coordinates of x_t,
            and u comes from `inverse_dynamics`.
    """

    name: str
    horizon: int
    dt: float
    goal_tolerance: float = 0.2
    files: Sequence[str] = ()

    space: StateSpace
    dynamics: Dynamics
    lower: Array
    upper: Array

    _passed: tuple[list[object], int] | None = None  # what `check_once` has seen of it
    _fingerprint: object = None  # what `fingerprint` has found

    def __init__(self, control: ControlMode = "torque") -> None:
        if control not in ("torque", "state"):
            raise TaskError(f"{self.name}: control must be torque or state, got {control!r}")
        self.control = control

    # --- steps that differ ---------------------------------------------------------------------

    def dynamics_at(self, t: int) -> Dynamics:
        """Of step t, the same object wherever they are the same; `dynamics` by default.

        A task whose contacts come and go at given times overrides it with `control_at`.
        """
        return self.dynamics

    def control_at(self, t: int, x: Array, action: Array) -> Array:
        """`control_for` in step t, (nu,)."""
        return self.control_for(x, action)

    # --- the problem ---------------------------------------------------------------------------

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Array:
        """Draw theta of one instance, (n_theta,): by default the initial state, then the rest."""

    @abstractmethod
    def problem(self, theta: Array) -> Problem:
        """Build the optimal control problem of theta; what it is says which solver solves it."""

    def retarget(self, problem: Any, theta: Array) -> Problem:
        """The problem of theta, from one that this task built for another theta and that is given up.

        By default targets are set if `cost_targets` gives them, else it is built anew. A task that changes in
        place what depends on theta saves what building takes, which is a copy of every stage; whatever
        `problem` sets from theta must be set here too. A subclass that overrides `problem` alone builds.
        """
        targets = self.cost_targets(theta)
        if targets is None:
            return self.problem(theta)
        problem.x0_init = self.initial_state(theta)
        set_cost_targets(problem, targets)
        return problem

    def cost_targets(self, theta: Array) -> CostTargets | None:
        """Targets of quadratic costs by the names of their components, if nothing else in the problem depends
        on theta but the initial state; None, the default, where something else may.

        A problem is then changed from theta to theta in no time, and gains in the parameters cost little. For
        which costs, see `set_cost_targets`. A subclass with a `problem` of its own says it anew.
        """
        return None

    def initial_state(self, theta: Array) -> Array:
        """x_0, (nx,)."""
        return theta[: self.space.nx]

    def goal_state(self, theta: Array) -> Array:
        """The state to reach, (nx,); the interpolated guess ends there."""
        return self.space.neutral()

    def resting_control(self, x: Array) -> Array:
        """The control to start the solver from at state x, (nu,); zero by default."""
        return np.zeros(self.nu)

    def resting_controls(self, xs: Array) -> Array:
        """`resting_control` at all but the last of xs (T+1, nx): us (T, nu)."""
        return np.stack([self.resting_control(x) for x in xs[:-1]])

    def guess(self, theta: Array) -> tuple[Array, Array]:
        """The interpolated guess of TO alone: xs (T+1, nx) from x_0 to the goal, us (T, nu) at rest."""
        start = self.initial_state(theta)
        way = self.space.difference(start, self.goal_state(theta))
        xs = np.stack([self.space.integrate(start, s * way) for s in np.linspace(0, 1, self.horizon + 1)])
        return xs, self.resting_controls(xs)

    def goal_distance(self, theta: Array, x: Array) -> float:
        """Distance of x from the goal, in the units of the state's largest coordinate."""
        return float(np.abs(self.space.difference(self.goal_state(theta), x)).max())

    def reached(self, theta: Array, x: Array) -> bool:
        """Whether a trajectory that ends in x counts as a success."""
        return self.goal_distance(theta, x) < self.goal_tolerance

    def clearance(self, x: Array) -> float | None:
        """Distance of the robot at x from what stands in its way, m, negative inside; none: nothing does."""
        return None

    # --- what the policy sees ------------------------------------------------------------------

    @property
    def observation_dim(self) -> int:
        """no."""
        rng = np.random.default_rng(0)
        theta = self.sample(rng)
        return len(self.observe(self.initial_state(theta), theta)) + len(self.clock(0))

    def observe(self, x: Array, theta: Array) -> Array:
        """o: what the policy is conditioned on, (no,): coordinates of x and the rest of theta."""
        return np.concatenate([self.coordinates(x), theta[self.space.nx :]])

    def observations(self, xs: Array, thetas: Array) -> Array:
        """`observe` of n states and instances at once, (n, nx) and (n, n_theta) -> (n, no)."""
        if inherits(self, Task, "observe"):
            return np.concatenate([self.coordinates_of(xs), thetas[:, self.space.nx :]], axis=1)
        return np.stack([self.observe(x, theta) for x, theta in zip(xs, thetas, strict=True)])

    def clock(self, t: int) -> Array:
        """What the policy is shown of the time, after the observation, (nc,); nothing by default.

        For dynamics that change with it (`dynamics_at`): there the state does not tell what comes next.
        """
        return np.zeros(0)

    def observations_at(self, ts: Sequence[int], xs: Array, thetas: Array) -> Array:
        """`observations` and `clock` of n states, instances and times, (n, no + nc)."""
        seen = self.observations(xs, thetas)
        if inherits(self, Task, "clock"):
            return seen
        return np.concatenate([seen, [self.clock(t) for t in ts]], axis=1)

    def observe_jacobian(self, x: Array, theta: Array) -> Array:
        """do/dx in the tangent space at x, (no, ndx)."""
        constant = len(theta) - self.space.nx
        return np.vstack([self.coordinates_jacobian(x), np.zeros((constant, self.space.ndx))])

    # --- the parameters ------------------------------------------------------------------------

    @property
    def parameters(self) -> NDArray[np.int64]:
        """Entries p of theta that first-order information is wanted for, (n_p,): all beyond the initial
        state. The initial state's own are no parameters: K_t tells how actions change with the state."""
        return np.arange(self.space.nx, len(self.sample(np.random.default_rng(0))))

    def parameter_derivatives(self, theta: Array, xs: Array, us: Array) -> ParameterDerivatives | None:
        """How the problem changes with the parameters along xs (T+1, nx), us (T, nu), in closed form.

        None, the default: from the `cost_targets`, or central differences of the problem's own values and
        first derivatives, which cost two problems a parameter.
        """
        return None

    def observe_parameter_jacobian(self, x: Array, theta: Array) -> Array:
        """do/dp at fixed x, (no, n_p); by central differences of `observe` unless a task says it itself."""
        eps, jacobian = 1e-6, np.zeros((len(self.observe(x, theta)), len(self.parameters)))
        for column, entry in enumerate(self.parameters):
            step = np.zeros(len(theta))
            step[entry] = eps
            jacobian[:, column] = (self.observe(x, theta + step) - self.observe(x, theta - step)) / (2 * eps)
        return jacobian

    # --- what the policy generates -------------------------------------------------------------

    @property
    def nu(self) -> int:
        """Dimension of the control."""
        return len(self.lower)

    @property
    def action_dim(self) -> int:
        """na."""
        return self.nu if self.control == "torque" else self.space.ndx

    def coordinates(self, x: Array) -> Array:
        """Coordinates of x in the tangent space of the neutral state, (ndx,).

        A task that chooses others overrides `state_at` and `coordinates_jacobian` with it.
        """
        return self.space.difference(self.space.neutral(), x)

    def coordinates_of(self, xs: Array) -> Array:
        """`coordinates` of many states at once, (..., nx) -> (..., ndx)."""
        if inherits(self, Task, "coordinates"):
            return difference_from_neutral(self.space, xs)
        return along_last_axis(self.coordinates, xs, self.space.ndx)

    def state_at(self, coordinates: Array) -> Array:
        """The state x with these coordinates, (nx,)."""
        return self.space.integrate(self.space.neutral(), coordinates)

    def states_at(self, coordinates: Array) -> Array:
        """`state_at` of many coordinates at once, (..., ndx) -> (..., nx)."""
        if inherits(self, Task, "state_at"):
            return integrate_from_neutral(self.space, coordinates)
        return along_last_axis(self.state_at, coordinates, self.space.nx)

    def coordinates_jacobian(self, x: Array) -> Array:
        """d coordinates / dx in the tangent space at x, (ndx, ndx)."""
        return self.space.Jdifference(self.space.neutral(), x, 1)

    def action(self, x_next: Array, u: Array) -> Array:
        """The action variable of a step that applied u and led to x_next, (na,)."""
        return u if self.control == "torque" else self.coordinates(x_next)

    def actions(self, xs_next: Array, us: Array) -> Array:
        """`action` of many steps at once, (..., nx) and (..., nu) -> (..., na)."""
        if inherits(self, Task, "action"):
            return us if self.control == "torque" else self.coordinates_of(xs_next)
        both = np.concatenate([xs_next, us], axis=-1)
        return along_last_axis(lambda xu: self.action(*np.split(xu, [self.space.nx])), both, self.action_dim)

    def action_jacobians(self, x_next: Array, u: Array) -> tuple[Array, Array]:
        """d action / d x_next in the tangent space, (na, ndx), and d action / du, (na, nu)."""
        if self.control == "torque":
            return np.zeros((self.nu, self.space.ndx)), np.eye(self.nu)
        return self.coordinates_jacobian(x_next), np.zeros((self.space.ndx, self.nu))

    def first_action(self, theta: Array) -> Array:
        """The action variable before the first step, (na,): what led to x_0, or would have."""
        x = self.initial_state(theta)
        if self.control == "state" and inherits(self, Task, "action"):  # whatever the control is
            return self.coordinates(x)
        return self.action(x, self.resting_control(x))

    def inverse_dynamics(self, x: Array, action: Array) -> Array:
        """The control that leads from x to the state that the action names, (nu,); for state control."""
        raise TaskError(
            f"{self.name}: state control needs the method inverse_dynamics(x, action) -> u ({self.nu},)"
        )

    def control_for(self, x: Array, action: Array) -> Array:
        """The control to apply at x for the action, within the limits, (nu,)."""
        u = action if self.control == "torque" else self.inverse_dynamics(x, action)
        return np.clip(u, self.lower, self.upper)

    # --- pictures ------------------------------------------------------------------------------

    def tracked_point(self, x: Array) -> Array | None:
        """A point of the robot whose path is worth drawing, (3,) m; none by default."""
        return None

    def goal_point(self, theta: Array) -> Array | None:
        """Where that point should end, (3,) m; none by default."""
        return None

    @property
    def columns_in_the_way(self) -> Array:
        """Vertical columns to draw, (n, 3): x, y, radius in m."""
        return np.zeros((0, 3))

    def links(self, x: Array) -> Array:
        """The robot as line segments for animations, (n, 2, 3) m: starts and ends."""
        return np.zeros((0, 2, 3))

    # --- names ---------------------------------------------------------------------------------

    @property
    def state_axes(self) -> tuple[Axis, ...]:
        """Names and units of the tangent coordinates of the state."""
        return tuple(Axis(f"x{i}", "") for i in range(self.space.ndx))

    @property
    def control_axes(self) -> tuple[Axis, ...]:
        """Names and units of the controls."""
        return tuple(Axis(f"u{i}", "") for i in range(self.nu))
