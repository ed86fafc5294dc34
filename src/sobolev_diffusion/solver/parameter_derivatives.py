"""How a problem's first derivatives change with the parameters p, along one trajectory."""

from __future__ import annotations

from dataclasses import dataclass

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.base import Task, TaskError

Array = NDArray[np.float64]

STEP = 1e-5
"""Of the central differences, relative to an entry of theta where that is above 1."""


@dataclass(frozen=True)
class ParameterDerivatives:
    """Derivatives by the n_p parameters with x and u held fixed, in tangent coordinates.

    Attributes:
        l_xp: d l_x / dp, (T+1, ndx, n_p); the last one is the terminal cost's.
        l_up: d l_u / dp, (T, nu, n_p).
        f_p: d x_{t+1} / dp, (T, ndx, n_p).
        h_p: of every constraint of stages 0 .. T-1, then of the terminal ones; arrays (n_h, n_p).
    """

    l_xp: Array
    l_up: Array
    f_p: Array
    h_p: list[list[Array]]


def parameter_derivatives(task: Task, theta: Array, xs: Array, us: Array) -> ParameterDerivatives:
    """Central differences of the problem's own values and first derivatives at theta +- eps.

    Args:
        task: builds the problems and names its parameters.
        theta: of the instance, (n_theta,).
        xs, us: the trajectory, (T+1, nx), (T, nu).

    Raises:
        TaskError: a problem cannot be built or differentiated there, or its derivatives are not finite.
    """
    differences = [_difference(task, theta, xs, us, int(entry)) for entry in task.parameters]
    l_xp, l_up, f_p = (np.stack([each[part] for each in differences], axis=-1) for part in range(3))
    h_p = [
        [np.stack(values, axis=-1) for values in zip(*stage, strict=True)]
        for stage in zip(*(each[3] for each in differences), strict=True)
    ]
    return ParameterDerivatives(l_xp, l_up, f_p, h_p)


_FirstOrder = tuple[Array, Array, Array, list[list[Array]]]


def _difference(task: Task, theta: Array, xs: Array, us: Array, entry: int) -> _FirstOrder:
    """Derivatives by one entry of theta: of l_x, l_u, f and every h."""
    eps = STEP * max(1.0, abs(theta[entry]))
    ahead, behind = (_first_order(task, theta, xs, us, entry, sign * eps) for sign in (1, -1))

    def slope(a: Array, b: Array) -> Array:
        return (a - b) / (2 * eps)

    moved = [task.space.difference(b, a) for a, b in zip(ahead[2], behind[2], strict=True)]
    try:
        h_p = [
            [slope(a, b) for a, b in zip(*stages, strict=True)]
            for stages in zip(ahead[3], behind[3], strict=True)
        ]
    except ValueError as error:
        raise TaskError(
            f"{task.name}: problem(theta): other constraints at theta[{entry}] = {theta[entry]:.6g} + and - "
            f"{eps:g}: parameters may not change how many there are"
        ) from error
    return slope(ahead[0], behind[0]), slope(ahead[1], behind[1]), np.stack(moved) / (2 * eps), h_p


def _first_order(task: Task, theta: Array, xs: Array, us: Array, entry: int, offset: float) -> _FirstOrder:
    """l_x, l_u, x_{t+1} and the constraints' values with one entry of theta moved."""
    moved = theta.copy()
    moved[entry] += offset
    where = f"at theta[{entry}] = {theta[entry]:.6g} {'+' if offset > 0 else '-'} {abs(offset):g}"
    try:
        problem = task.problem(moved)
        data = aligator.TrajOptData(problem)
        states, controls = list(xs), list(us)
        problem.evaluate(states, controls, data)
        problem.computeDerivatives(states, controls, data, compute_second_order=False)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise TaskError(
            f"{task.name}: problem(theta): cannot be built {where}: {type(error).__name__}: {reason}"
        ) from error
    stages = [data.stage_data[t] for t in range(len(us))]
    l_x = np.stack([*(stage.cost_data.Lx for stage in stages), data.term_cost.Lx])
    l_u = np.stack([stage.cost_data.Lu for stage in stages])
    ahead = np.stack([stage.dynamics_data.xnext for stage in stages])
    h = [
        [np.array(constraint.value) for constraint in constraints]
        for constraints in (*(stage.constraint_data for stage in stages), data.term_constraint)
    ]
    if not all(np.isfinite(array).all() for array in (l_x, l_u, ahead, *(v for each in h for v in each))):
        raise TaskError(f"{task.name}: problem(theta): derivatives that are not finite {where}")
    return l_x, l_u, ahead, h
