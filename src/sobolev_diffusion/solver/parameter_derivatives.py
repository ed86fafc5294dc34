"""How a problem's first derivatives change with the parameters p, along one trajectory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.first_order import first_order
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.reused_problem import ReusedProblem

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


def parameter_derivatives(
    task: Task, theta: Array, xs: Array, us: Array, reused: ReusedProblem | None = None
) -> ParameterDerivatives:
    """Central differences of the problem's own values and first derivatives at theta +- eps.

    Args:
        task: builds the problems and names its parameters.
        theta: of the instance, (n_theta,).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        reused: of the task, for what is asked many times; its problem is another afterwards.

    Raises:
        TaskError: a problem cannot be built or differentiated there, or its derivatives are not finite.
    """
    problems = reused or ReusedProblem(task)
    differences = [_difference(problems, theta, xs, us, int(entry)) for entry in task.parameters]
    l_xp, l_up, f_p, h_p = (np.stack([each[part] for each in differences], axis=-1) for part in range(4))
    return ParameterDerivatives(l_xp, l_up, f_p, _cut(h_p, differences[0][4]))


_Sizes = list[list[int]]


def _difference(
    problems: ReusedProblem, theta: Array, xs: Array, us: Array, entry: int
) -> tuple[Array, Array, Array, Array, _Sizes]:
    """Derivatives by one entry of theta: of l_x, l_u, f and all h in one vector, with the sizes of these."""
    task = problems.task
    eps = STEP * max(1.0, abs(theta[entry]))
    ahead, behind = (_first_order(problems, theta, xs, us, entry, sign * eps) for sign in (1, -1))
    if ahead[4] != behind[4]:
        raise TaskError(
            f"{task.name}: problem(theta): other constraints at theta[{entry}] = {theta[entry]:.6g} + and - "
            f"{eps:g}: parameters may not change how many there are"
        )
    moved = [task.space.difference(b, a) for a, b in zip(ahead[2], behind[2], strict=True)]
    l_x, l_u, h = (
        (a - b) / (2 * eps) for a, b in ((ahead[0], behind[0]), (ahead[1], behind[1]), (ahead[3], behind[3]))
    )
    return l_x, l_u, np.stack(moved) / (2 * eps), h, ahead[4]


def _cut(rows: Array, sizes: _Sizes) -> list[list[Array]]:
    """By stage, by constraint."""
    ends = np.cumsum([size for stage in sizes for size in stage])
    parts = iter(np.split(rows, ends[:-1]) if len(ends) else ())
    return [[next(parts) for _ in stage] for stage in sizes]


def _first_order(
    problems: ReusedProblem, theta: Array, xs: Array, us: Array, entry: int, offset: float
) -> tuple[Array, Array, Array, Array, _Sizes]:
    """With one entry of theta moved: l_x, l_u, x_{t+1}, the values of the constraints, and their sizes."""
    moved = theta.copy()
    moved[entry] += offset
    where = f"at theta[{entry}] = {theta[entry]:.6g} {'+' if offset > 0 else '-'} {abs(offset):g}"
    name = f"{problems.task.name}: problem(theta)"
    try:
        l_x, l_u, ahead, h = first_order(problems.of(moved), xs, us, problems.data)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise TaskError(f"{name}: cannot be built {where}: {type(error).__name__}: {reason}") from error
    values = np.concatenate([np.zeros(0), *(value for stage in h for value in stage)])
    if not all(np.isfinite(array).all() for array in (l_x, l_u, ahead, values)):
        raise TaskError(f"{name}: derivatives that are not finite {where}")
    return l_x, l_u, ahead, values, [[len(value) for value in stage] for stage in h]
