"""A problem's derivatives in the parameters p: as its task gives them, or by central differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.calls import Calls, described
from sobolev_diffusion.tasks.derive_by_targets import Solved, derive_by_targets
from sobolev_diffusion.tasks.first_order import first_order
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives
from sobolev_diffusion.tasks.reused_problem import ReusedProblem

Array = NDArray[np.float64]

GIVEN = "parameter_derivatives(theta, xs, us)"
STEP = 1e-5
"""Of the central differences, relative to an entry of theta where that is above 1."""


def derive_by_parameters(
    task: Task,
    theta: Array,
    xs: Array,
    us: Array,
    solved: Solved | None = None,
    reused: ReusedProblem | None = None,
) -> ParameterDerivatives:
    """The task's own (`Task.parameter_derivatives`), else what its `Task.cost_targets` lead to, else central
    differences of the problem's values and first derivatives at theta +- eps.

    Args:
        task: builds the problems and names its parameters.
        theta: of the instance, (n_theta,).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        solved: the problem of theta and its data, if they are at hand; these are written into.
        reused: of the task, for what is asked many times; its problem is another afterwards.

    Raises:
        TaskError: a problem cannot be built or differentiated there, or its derivatives are not finite; what
            the task gives has other shapes.
    """
    given = given_by_task(Calls(task), theta, xs, us)
    if given is None:
        given = derive_by_targets(task, theta, xs, us, solved, reused)
    return given if given is not None else derive_by_differences(task, theta, xs, us, reused)


def given_by_task(call: Calls, theta: Array, xs: Array, us: Array) -> ParameterDerivatives | None:
    """What `Task.parameter_derivatives` gives, if anything.

    Raises:
        TaskError: it is something else, not finite, or of other shapes (but for the numbers of constraints).
    """
    task = call.task
    given = call(GIVEN, lambda: task.parameter_derivatives(theta, xs, us))
    if given is None:
        return None
    if not isinstance(given, ParameterDerivatives):
        raise call.wrong(GIVEN, "ParameterDerivatives, or None", described(given))
    T, ndx, n_p = task.horizon, task.space.ndx, len(task.parameters)
    l_xp = call.array(f"{GIVEN}: l_xp", (T + 1, ndx, n_p), given.l_xp)
    l_up = call.array(f"{GIVEN}: l_up", (T, task.nu, n_p), given.l_up)
    if given.f_p is None or given.h_p is None:
        return ParameterDerivatives(l_xp, l_up)
    if len(given.h_p) != T + 1:
        expected = f"one for each of {T} stages and the end"
        raise call.wrong(f"{GIVEN}: h_p", expected, f"{len(given.h_p)}")
    return ParameterDerivatives(
        l_xp,
        l_up,
        call.array(f"{GIVEN}: f_p", (T, ndx, n_p), given.f_p),
        [
            [call.array(f"{GIVEN}: h_p[{t}][{i}]", (None, n_p), each) for i, each in enumerate(stage)]
            for t, stage in enumerate(given.h_p)
        ],
    )


def derive_by_differences(
    task: Task, theta: Array, xs: Array, us: Array, reused: ReusedProblem | None = None
) -> ParameterDerivatives:
    """Central differences, whatever the task says of its parameters."""
    along = _Along(reused or ReusedProblem(task), theta, xs, us)
    differences = [_difference(along, int(entry)) for entry in task.parameters]
    l_xp, l_up, f_p, h_p = (np.stack([each[part] for each in differences], axis=-1) for part in range(4))
    return ParameterDerivatives(l_xp, l_up, f_p, _cut(h_p, differences[0][4]))


@dataclass(frozen=True)
class _Along:
    """What is differentiated: problems of one task about theta, along xs (T+1, nx), us (T, nu)."""

    problems: ReusedProblem
    theta: Array
    xs: Array
    us: Array

    def step(self, entry: int) -> float:
        return STEP * max(1.0, abs(self.theta[entry]))

    @property
    def name(self) -> str:
        return f"{self.problems.task.name}: problem(theta)"

    def place(self, entry: int, offset: float) -> str:
        return f"at theta[{entry}] = {self.theta[entry]:.6g} {'+' if offset > 0 else '-'} {abs(offset):g}"


_Sizes = list[list[int]]


def _difference(along: _Along, entry: int) -> tuple[Array, Array, Array, Array, _Sizes]:
    """Derivatives by one entry of theta: of l_x, l_u, f and all h in one vector, with the sizes of these."""
    task, eps = along.problems.task, along.step(entry)
    ahead, behind = (_first_order(along, entry, sign * eps) for sign in (1, -1))
    if ahead[4] != behind[4]:
        raise TaskError(
            f"{along.name}: other constraints at theta[{entry}] = {along.theta[entry]:.6g} + and - "
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


def _first_order(along: _Along, entry: int, offset: float) -> tuple[Array, Array, Array, Array, _Sizes]:
    """With one entry of theta moved: l_x, l_u, x_{t+1}, the values of the constraints, and their sizes."""
    moved = along.theta.copy()
    moved[entry] += offset
    try:
        l_x, l_u, ahead, h = first_order(along.problems.of(moved), along.xs, along.us, along.problems.data)
    except Exception as error:
        reason = " ".join(str(error).split())
        where = f"cannot be built {along.place(entry, offset)}"
        raise TaskError(f"{along.name}: {where}: {type(error).__name__}: {reason}") from error
    values = np.concatenate([np.zeros(0), *(value for stage in h for value in stage)])
    if not all(np.isfinite(array).all() for array in (l_x, l_u, ahead, values)):
        raise TaskError(f"{along.name}: derivatives that are not finite {along.place(entry, offset)}")
    return l_x, l_u, ahead, values, [[len(value) for value in stage] for stage in h]
