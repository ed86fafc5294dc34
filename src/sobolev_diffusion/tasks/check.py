"""Try every method of a task once, so that a mistake in it is found before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.calls import Calls, described
from sobolev_diffusion.tasks.check_derivatives import check_derivatives
from sobolev_diffusion.tasks.check_parameter_derivatives import check_parameter_derivatives
from sobolev_diffusion.tasks.check_retarget import check_retarget
from sobolev_diffusion.tasks.crocoddyl_models import CrocoddylDynamics, CrocoddylSpace, is_crocoddyl
from sobolev_diffusion.tasks.problems import KINDS, Problem, cost_of, is_aligator, steps_of

_ATTRIBUTES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "name": (str, "its name, a str"),
    "horizon": (int, "the number of steps, an int"),
    "dt": (float, "seconds per step, a float"),
    "goal_tolerance": ((float, int), "the distance from the goal that counts as reached, a number"),
    "control": (str, "torque or state, which Task.__init__ sets: call super().__init__(control)"),
    "space": ((aligator.manifolds.ManifoldAbstract, CrocoddylSpace), "a manifold of aligator.manifolds"),
    "dynamics": (
        (aligator.ExplicitDynamicsModel, CrocoddylDynamics),
        "an aligator.dynamics.ExplicitDynamicsModel",
    ),
    "lower": (np.ndarray, "an array (nu,)"),
    "upper": (np.ndarray, "an array (nu,)"),
}


def check_once(task: Task, thetas: Sequence[Array] = ()) -> None:
    """`check_task`, unless this object has passed it as it is; and that these thetas are as long as its own.

    Raises:
        TaskError: see `check_task`.
    """
    passed = task._passed
    now = [getattr(task, name, None) for name in ("horizon", "dt", "control")]
    if passed is None or passed[0] != now:
        passed = now, check_task(task)
        task._passed = passed
    for number, theta in enumerate(thetas):
        if np.shape(theta) != (passed[1],):
            expected = f"an array of shape ({passed[1]}), as sample(rng) gives it"
            raise Calls(task).wrong(f"theta of instance {number}", expected, described(theta))


def check_task(task: Task) -> int:
    """Call every method on one instance and look at what comes back; its derivatives, too.

    Returns:
        n_theta.

    Raises:
        TaskError: "task: method: expected ..., got ..." for the first thing that is wrong.
    """
    call = Calls(task)
    for attribute, (kind, expected) in _ATTRIBUTES.items():
        value = getattr(task, attribute, None)
        if not isinstance(value, kind):
            raise call.wrong(f"attribute {attribute}", expected, described(value))
    _check_sizes(call)
    theta = _check_theta(call)
    x, u, xs, us = _check_guess(call, theta)
    problem = _check_problem(call, theta, xs, us)
    check_retarget(call, theta, xs, us)
    _check_policy(call, theta, x, u)
    _check_pictures(call, theta, x)
    check_derivatives(call, theta, problem, xs, us)
    check_parameter_derivatives(call, theta, xs, us)
    return len(theta)


def _check_sizes(call: Calls) -> None:
    task = call.task
    if task.horizon < 1 or not task.dt > 0:
        raise call.wrong("horizon, dt", "positive numbers", f"{task.horizon} and {task.dt}")
    nu = len(task.lower)
    for name in ("lower", "upper"):
        bound = getattr(task, name)
        if bound.shape != (nu,) or np.isnan(bound).any():
            raise call.wrong(name, f"numbers, shape ({nu})", described(bound))
    if not (task.lower <= task.upper).all():
        raise call.wrong("lower, upper", "lower <= upper", f"{task.lower} and {task.upper}")
    if len(stuck := np.flatnonzero(task.lower == task.upper)):
        expected = "room between them for every control (a URDF that gives no effort limit means 0)"
        raise call.wrong("lower, upper", expected, f"{task.upper[stuck[0]]:g} twice for control {stuck[0]}")
    if task.dynamics.nu != nu:
        raise call.wrong("dynamics", f"nu = {nu}, the length of lower", f"nu = {task.dynamics.nu}")


def _check_theta(call: Calls) -> Array:
    task = call.task
    theta = call.array("sample(rng)", (None,), lambda: task.sample(np.random.default_rng(0)))
    again = call.array("sample(rng)", theta.shape, lambda: task.sample(np.random.default_rng(0)))
    if not np.array_equal(theta, again):
        raise call.wrong("sample(rng)", "the same theta for the same rng", "two different ones")
    nx = task.space.nx
    if len(theta) < nx and type(task).initial_state is Task.initial_state:
        expected = f"at least {nx} numbers, the initial state first (or a method initial_state)"
        raise call.wrong("sample(rng)", expected, described(theta))
    call.n_theta = len(theta)
    return theta


def _check_guess(call: Calls, theta: Array) -> tuple[Array, Array, Array, Array]:
    """Initial state, control at rest there, and the guess xs, us."""
    task, nx, nu = call.task, call.task.space.nx, call.task.nu
    x = call.array("initial_state(theta)", (nx,), lambda: task.initial_state(theta))
    goal = call.array("goal_state(theta)", (nx,), lambda: task.goal_state(theta))
    for method, state in (("initial_state(theta)", x), ("goal_state(theta)", goal)):
        _check_state(call, method, state)
    u = call.array("resting_control(x)", (nu,), lambda: task.resting_control(x))
    guess = call("guess(theta)", lambda: task.guess(theta))
    if not (isinstance(guess, tuple) and len(guess) == 2):
        raise call.wrong("guess(theta)", "a pair (xs, us)", described(guess))
    xs = call.array("guess(theta): xs", (task.horizon + 1, nx), guess[0])
    us = call.array("guess(theta): us", (task.horizon, nu), guess[1])
    return x, u, xs, us


def _check_state(call: Calls, method: str, x: Array) -> None:
    """That x is one of the space: steps from any other lead nowhere, or to NaN."""
    space = call.task.space
    with np.errstate(all="ignore"):  # of a quaternion of norm 0
        apart = np.abs(space.integrate(x, space.difference(x, x)) - x).max()
    if not apart < 1e-6:
        expected = "a state of its space: a quaternion has norm 1, as that of pin.neutral(model)"
        raise call.wrong(method, expected, f"entries that a step of nothing changes by {apart:.3g}")


def _check_problem(call: Calls, theta: Array, xs: Array, us: Array) -> Problem:
    task = call.task
    problem = call("problem(theta)", lambda: task.problem(theta))
    if not (is_aligator(problem) or is_crocoddyl(problem)):
        raise call.wrong("problem(theta)", KINDS, described(problem))
    if steps_of(problem) != task.horizon:
        raise call.wrong("problem(theta)", f"{task.horizon} stages, the horizon", f"{steps_of(problem)}")
    if is_crocoddyl(problem):
        _check_crocoddyl(call, problem)
    cost = call("problem(theta)", lambda: cost_of(problem, xs, us))
    if not np.isfinite(cost):
        raise call.wrong("problem(theta)", "a finite cost of the guess", f"{cost}")
    return problem


def _check_crocoddyl(call: Calls, problem: Any) -> None:
    """No constraints, which FDDP leaves out; at every stage the controls of the task and its limits."""
    task, where = call.task, "problem(theta)"
    models = problem.runningModels
    for t, model in enumerate([*models, problem.terminalModel]):
        if model.ng + model.nh + model.ng_T + model.nh_T:
            expected = "no constraints but limits of the control (FDDP leaves others out): make them costs"
            raise call.wrong(where, expected, f"{model.ng} inequalities and {model.nh} equalities at {t}")
    for t, model in enumerate(models):
        if model.nu != task.nu:
            raise call.wrong(where, f"nu = {task.nu} at every stage", f"{model.nu} at stage {t}")
        limits = (model.u_lb, model.u_ub) if model.has_control_limits else (-np.inf, np.inf)
        for name, ours, theirs in zip(("lower", "upper"), (task.lower, task.upper), limits, strict=True):
            if not np.array_equal(ours, np.broadcast_to(theirs, ours.shape)):
                expected = f"{name} = {ours} at every stage, as its attribute says"
                raise call.wrong(where, expected, f"{theirs} at stage {t}")


def _check_policy(call: Calls, theta: Array, x: Array, u: Array) -> None:
    """What a policy sees and drives, and how its rollouts are judged."""
    task, ndx, nu = call.task, call.task.space.ndx, call.task.nu
    o = call.array("observe(x, theta)", (None,), lambda: task.observe(x, theta))
    call.array("observe_jacobian(x, theta)", (len(o), ndx), lambda: task.observe_jacobian(x, theta))
    p = call.array("parameters", (None,), lambda: task.parameters)
    if not np.isin(p, np.arange(len(theta))).all():
        raise call.wrong("parameters", f"entries of theta, 0 to {len(theta) - 1}", f"{p}")
    where = "observe_parameter_jacobian(x, theta)"
    call.array(where, (len(o), len(p)), lambda: task.observe_parameter_jacobian(x, theta))
    action = call.array("action(x_next, u)", (task.action_dim,), lambda: task.action(x, u))
    pair = call("action_jacobians(x_next, u)", lambda: task.action_jacobians(x, u))
    for which, part, width in zip(("state", "control"), pair, (ndx, nu), strict=True):
        call.array(f"action_jacobians(x_next, u): by the {which}", (task.action_dim, width), part)
    call.array("control_for(x, action)", (nu,), lambda: task.control_for(x, action))
    distance = call("goal_distance(theta, x)", lambda: task.goal_distance(theta, x))
    if not (np.isscalar(distance) and np.isfinite(distance)):
        raise call.wrong("goal_distance(theta, x)", "a finite number", described(distance))
    call("reached(theta, x)", lambda: bool(task.reached(theta, x)))
    for method, axes, count in (
        ("state_axes", task.state_axes, ndx),
        ("control_axes", task.control_axes, nu),
    ):
        if len(axes) != count:
            raise call.wrong(method, f"{count} names", f"{len(axes)}")


def _check_pictures(call: Calls, theta: Array, x: Array) -> None:
    task = call.task
    for method, point in (
        ("tracked_point(x)", lambda: task.tracked_point(x)),
        ("goal_point(theta)", lambda: task.goal_point(theta)),
    ):
        if (found := call(method, point)) is not None:
            call.array(method, (3,), found)
    call.array("links(x)", (None, 2, 3), lambda: task.links(x))
    call.array("columns_in_the_way", (None, 3), lambda: task.columns_in_the_way)
    clearance = call("clearance(x)", lambda: task.clearance(x))
    if not (clearance is None or np.isfinite(clearance)):
        raise call.wrong("clearance(x)", "a finite number, or None", described(clearance))
