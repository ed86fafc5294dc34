"""Try every method of a task once, so that a mistake in it is found before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, Task, TaskError

_ATTRIBUTES = {
    "horizon": (int, "the number of steps, an int"),
    "dt": (float, "seconds per step, a float"),
    "space": (aligator.manifolds.ManifoldAbstract, "a manifold of aligator.manifolds"),
    "dynamics": (aligator.ExplicitDynamicsModel, "an aligator.dynamics.ExplicitDynamicsModel"),
    "lower": (np.ndarray, "an array (nu,)"),
    "upper": (np.ndarray, "an array (nu,)"),
}


def check_task(task: Task) -> None:
    """Call every method on one instance and look at what comes back.

    Raises:
        TaskError: "task: method: expected ..., got ..." for the first thing that is wrong.
    """
    for attribute, (kind, expected) in _ATTRIBUTES.items():
        value = getattr(task, attribute, None)
        if not isinstance(value, kind):
            raise _wrong(task, f"attribute {attribute}", expected, _describe(value))
    space, nu, horizon = task.space, task.nu, task.horizon
    call = _Caller(task)
    call.array("lower", (nu,), task.lower)
    call.array("upper", (nu,), task.upper)
    if not (task.lower <= task.upper).all():
        raise _wrong(task, "lower, upper", "lower <= upper", f"{task.lower} and {task.upper}")
    if task.dynamics.nu != nu:
        raise _wrong(task, "dynamics", f"nu = {nu}, the length of lower", f"nu = {task.dynamics.nu}")

    theta = call.array("sample(rng)", (None,), lambda: task.sample(np.random.default_rng(0)))
    again = call.array("sample(rng)", theta.shape, lambda: task.sample(np.random.default_rng(0)))
    if not np.array_equal(theta, again):
        raise _wrong(task, "sample(rng)", "the same theta for the same rng", "two different ones")
    x = call.array("initial_state(theta)", (space.nx,), lambda: task.initial_state(theta))
    call.array("goal_state(theta)", (space.nx,), lambda: task.goal_state(theta))
    u = call.array("resting_control(x)", (nu,), lambda: task.resting_control(x))
    guess = call("guess(theta)", lambda: task.guess(theta))
    if not (isinstance(guess, tuple) and len(guess) == 2):
        raise _wrong(task, "guess(theta)", "a pair (xs, us)", _describe(guess))
    xs = call.array("guess(theta): xs", (horizon + 1, space.nx), guess[0])
    us = call.array("guess(theta): us", (horizon, nu), guess[1])

    problem = call("problem(theta)", lambda: task.problem(theta))
    if not isinstance(problem, aligator.TrajOptProblem):
        raise _wrong(task, "problem(theta)", "an aligator.TrajOptProblem", _describe(problem))
    if problem.num_steps != horizon:
        raise _wrong(task, "problem(theta)", f"{horizon} stages, the horizon", f"{problem.num_steps}")
    cost = call("problem(theta)", lambda: _cost(problem, xs, us))
    if not np.isfinite(cost):
        raise _wrong(task, "problem(theta)", "a finite cost of the guess", f"{cost}")

    o = call.array("observe(x, theta)", (None,), lambda: task.observe(x, theta))
    call.array("observe_jacobian(x, theta)", (len(o), space.ndx), lambda: task.observe_jacobian(x, theta))
    p = call.array("parameters", (None,), lambda: task.parameters)
    if not np.isin(p, np.arange(len(theta))).all():
        raise _wrong(task, "parameters", f"entries of theta, 0 to {len(theta) - 1}", f"{p}")
    call.array(
        "observe_parameter_jacobian(x, theta)",
        (len(o), len(p)),
        lambda: task.observe_parameter_jacobian(x, theta),
    )
    action = call.array("action(x_next, u)", (task.action_dim,), lambda: task.action(x, u))
    pair = call("action_jacobians(x_next, u)", lambda: task.action_jacobians(x, u))
    for which, part, width in zip(("state", "control"), pair, (space.ndx, nu), strict=True):
        call.array(f"action_jacobians(x_next, u): by the {which}", (task.action_dim, width), part)
    call.array("control_for(x, action)", (nu,), lambda: task.control_for(x, action))
    distance = call("goal_distance(theta, x)", lambda: task.goal_distance(theta, x))
    if not (np.isscalar(distance) and np.isfinite(distance)):
        raise _wrong(task, "goal_distance(theta, x)", "a finite number", _describe(distance))
    call("reached(theta, x)", lambda: bool(task.reached(theta, x)))
    for method, axes, count in (
        ("state_axes", task.state_axes, space.ndx),
        ("control_axes", task.control_axes, nu),
    ):
        if len(axes) != count:
            raise _wrong(task, method, f"{count} names", f"{len(axes)}")


def _cost(problem: aligator.TrajOptProblem, xs: Array, us: Array) -> float:
    return float(problem.evaluate(list(xs), list(us), aligator.TrajOptData(problem)))


class _Caller:
    """Calls methods of a task and says which one it was when something is wrong."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, method: str, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except TaskError:
            raise
        except Exception as error:
            reason = " ".join(str(error).split())
            raise TaskError(f"{self.task.name}: {method}: raised {type(error).__name__}: {reason}") from error

    def array(self, method: str, shape: tuple[int | None, ...], value: Any) -> Array:
        """A finite array of this shape; None stands for any length."""
        if callable(value):
            value = self(method, value)
        given = np.shape(value)
        expected = "x".join("n" if size is None else str(size) for size in shape)
        if len(given) != len(shape) or any(s not in (None, g) for s, g in zip(shape, given, strict=True)):
            raise _wrong(self.task, method, f"an array of shape ({expected})", _describe(value))
        if not np.isfinite(np.asarray(value, dtype=float)).all():
            raise _wrong(self.task, method, f"finite numbers, shape ({expected})", "NaN or infinite ones")
        return np.asarray(value, dtype=float)


def _wrong(task: Task, where: str, expected: str, got: str) -> TaskError:
    return TaskError(f"{task.name}: {where}: expected {expected}, got {got}")


def _describe(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"{type(value).__name__} {value!r}"[:100]
