"""Are the first derivatives that a task gives those of its values, at states near its guess?

The solver descends along them and feedback gains are made of them: with a wrong one it may well converge, and
what is learnt from its gains is worthless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.calls import Calls, described
from sobolev_diffusion.tasks.finite_differences import wrong_entry
from sobolev_diffusion.tasks.problems import Problem, end_of, stage_of

SPREAD = 0.1  # of the states around the guess: of its way, or where a coordinate does not move, absolute
SHRUNK = (1.0, 0.01, 0.0)  # shares of it that are tried where the dynamics are not defined


def check_derivatives(call: Calls, theta: Array, problem: Problem, xs: Array, us: Array) -> None:
    """Compare dynamics, costs, constraints, observation and action with finite differences.

    Args:
        call: calls of the task.
        theta, problem: of an instance.
        xs, us: its guess, (T+1, nx), (T, nu).

    Raises:
        TaskError: the first Jacobian with a wrong entry, which entry, and what it should be; dynamics that
            are not finite even on the guess itself; dynamics of a stage that are not the task's.
    """
    task = call.task
    for place in _places(call, xs, us):
        by_the_task = _check_dynamics(call, "dynamics", task.dynamics_at(place.t), place)
        stage = stage_of(problem, place.t)
        where = f"problem(theta): stage {place.t}"
        if stage.dynamics is not None:
            by_the_stage = _check_dynamics(call, f"{where}: dynamics", stage.dynamics, place)
            apart = np.abs(task.space.difference(by_the_task, by_the_stage)).max()
            if not apart < 1e-8 * max(1.0, np.abs(by_the_task).max()):
                got = f"a next state that is {apart:.3g} away from theirs"
                raise call.wrong(
                    f"{where}: dynamics", "those of the attribute dynamics, or of dynamics_at(t)", got
                )
        _check_cost(call, f"{where}: cost", stage.cost, place.x, place.u)
        for number, function in enumerate(stage.constraints):
            _check_function(call, f"{where}: constraint {number}", function, place.x, place.u)
        _check_maps(call, theta, place)
    end = end_of(problem)
    for x in (xs[-1], _near(task, xs, xs[-1], np.random.default_rng(1))):
        _check_cost(call, "problem(theta): terminal cost", end.cost, x, np.zeros(end.cost.nu))
        for number, function in enumerate(end.constraints):
            where = f"problem(theta): terminal constraint {number}"
            _check_function(call, where, function, x, np.zeros(function.nu))


@dataclass(frozen=True)
class _Place:
    """Stage t, a state (nx,) and a control (nu,) near those of the guess there."""

    t: int
    x: Array
    u: Array


def _near(task: Task, xs: Array, x: Array, rng: np.random.Generator, share: float = 1.0) -> Array:
    """A state near x, as far as the guess xs moves."""
    way = np.abs(task.space.difference(xs[0], xs[-1]))
    step = SPREAD * np.where(way > 0, way, 1.0) * rng.uniform(-1, 1, task.space.ndx)
    return task.space.integrate(x, share * step)


def _places(call: Calls, xs: Array, us: Array) -> Iterator[_Place]:
    """At the first, a middle and the last stage, and where the dynamics change; controls from the middle of
    their limits."""
    task = call.task
    changes = {t for t in range(1, task.horizon) if task.dynamics_at(t) is not task.dynamics_at(t - 1)}
    for t in sorted({0, task.horizon // 2, task.horizon - 1} | changes):
        dynamics = task.dynamics_at(t)
        data = dynamics.createData()
        lower = np.where(np.isfinite(task.lower), task.lower, us[t] - 1)
        upper = np.where(np.isfinite(task.upper), task.upper, us[t] + 1)
        inside = lower + np.random.default_rng(t).uniform(0.4, 0.6, task.nu) * (upper - lower)
        for share in SHRUNK:
            x = _near(task, xs, xs[t], np.random.default_rng(t), share)
            u = us[t] + share * (inside - us[t])
            call("dynamics: forward(x, u)", partial(dynamics.forward, x, u, data))
            if np.isfinite(data.xnext).all():
                break
        else:
            got = f"{described(np.array(data.xnext))} at the state and control {t} of guess(theta)"
            raise call.wrong("dynamics: forward(x, u)", "finite numbers", got)
        yield _Place(t, x, u)


def _check_dynamics(call: Calls, where: str, dynamics: Any, place: _Place) -> Array:
    """The next state, (nx,), once its derivatives are right."""
    space, x, u = call.task.space, place.x, place.u
    data = dynamics.createData()

    def following(x: Array, u: Array) -> Array:
        dynamics.forward(x, u, data)
        return np.array(data.xnext)

    def compare() -> Array:
        ahead = following(x, u)
        dynamics.dForward(x, u, data)
        by_state, by_control = np.array(data.Jx), np.array(data.Ju)

        def moved(dx: Array, du: Array) -> Array:
            return space.difference(ahead, following(space.integrate(x, dx), u + du))

        _compare(call, f"{where}: dForward(x, u): Jx", lambda d: moved(d, 0 * u), by_state)
        _compare(call, f"{where}: dForward(x, u): Ju", lambda d: moved(np.zeros(space.ndx), d), by_control)
        return ahead

    return call(where, compare)


def _check_cost(call: Calls, where: str, cost: Any, x: Array, u: Array) -> None:
    """The gradient; of each component where there are several, so that it is named."""
    if isinstance(cost, aligator.CostStack):
        for name, (component, _) in cost.components.items():
            _check_cost(call, f'{where} "{name}"', component, x, u)
        return
    data = cost.createData()

    def value(x: Array, u: Array) -> Array:
        cost.evaluate(x, u, data)
        return np.array([data.value])

    def compare() -> None:
        value(x, u)
        cost.computeGradients(x, u, data)
        gradients = np.array(data.Lx), np.array(data.Lu)
        _compare_by_both(call, where, ("Lx", "Lu"), value, x, u, gradients)

    call(where, compare)


def _check_function(call: Calls, where: str, function: Any, x: Array, u: Array) -> None:
    where = f"{where} ({type(function).__name__})"
    data = function.createData()

    of_the_state = isinstance(function, aligator.UnaryFunction)

    def value(x: Array, u: Array) -> Array:
        function.evaluate(*((x,) if of_the_state else (x, u)), data)
        return np.array(data.value)

    def compare() -> None:
        value(x, u)
        function.computeJacobians(*((x,) if of_the_state else (x, u)), data)
        jacobians = np.array(data.Jx), np.array(data.Ju)
        _compare_by_both(call, where, ("Jx", "Ju"), value, x, u, jacobians)

    call(where, compare)


def _check_maps(call: Calls, theta: Array, place: _Place) -> None:
    """Observation, by the state and by the parameters; action; that coordinates name the state."""
    task, x, u = call.task, place.x, place.u
    space, parameters = task.space, np.asarray(task.parameters)

    def at(d: Array) -> Array:
        return space.integrate(x, d)

    def moved(d: Array) -> Array:
        other = theta.copy()
        other[parameters] += d
        return other

    where = "observe_jacobian(x, theta)"
    by_state = call(where, lambda: task.observe_jacobian(x, theta))
    _compare(call, where, lambda d: task.observe(at(d), theta), by_state)
    where = "observe_parameter_jacobian(x, theta)"
    by_parameters = call(where, lambda: task.observe_parameter_jacobian(x, theta))
    _compare(call, where, lambda d: task.observe(x, moved(d)), by_parameters)
    where = "action_jacobians(x_next, u)"
    jacobians = call(where, lambda: task.action_jacobians(x, u))
    _compare_by_both(call, where, ("by the state", "by the control"), task.action, x, u, jacobians)
    if task.control == "state":
        where = "state_at(coordinates(x))"
        apart = np.abs(space.difference(x, call(where, lambda: task.state_at(task.coordinates(x))))).max()
        if not apart < 1e-6:
            raise call.wrong(where, "x", f"a state that is {apart:.3g} away")


def _compare_by_both(
    call: Calls,
    where: str,
    names: tuple[str, str],
    value: Callable[[Array, Array], Array],
    x: Array,
    u: Array,
    jacobians: tuple[Array, Array],
) -> None:
    """`_compare` the derivatives of value(x, u) by the state and by the control."""
    (by_state, by_control), space = jacobians, call.task.space
    _compare(call, f"{where}: {names[0]}", lambda d: value(space.integrate(x, d), u), by_state)
    _compare(call, f"{where}: {names[1]}", lambda d: value(x, u + d), by_control)


def _compare(call: Calls, where: str, value: Callable[[Array], Array], jacobian: Array) -> None:
    """Raise a TaskError for a Jacobian (m, n), or gradient (n,), that is not the derivative of the value."""
    finite = call.array(where, (None,) * jacobian.ndim, jacobian)
    wrong = wrong_entry(value, np.atleast_2d(finite))
    if wrong:
        entry = f"[{wrong.column}]" if jacobian.ndim == 1 else f"[{wrong.row}, {wrong.column}]"
        expected = f"{wrong.expected:.6g}, by finite differences"
        raise call.wrong(f"{where}{entry}", expected, f"{wrong.given:.6g}")
