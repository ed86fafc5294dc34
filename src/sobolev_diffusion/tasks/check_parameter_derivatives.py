"""Whether what a task gives as derivatives in its parameters, or says of them, is so of its problems."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.calls import Calls
from sobolev_diffusion.tasks.derive_by_parameters import (
    GIVEN,
    derive_by_parameters,
    given_by_task,
    in_cost_only,
)
from sobolev_diffusion.tasks.finite_differences import WrongEntry, wrong_entry
from sobolev_diffusion.tasks.first_order import first_order
from sobolev_diffusion.tasks.problems import data_of


def check_parameter_derivatives(call: Calls, theta: Array, xs: Array, us: Array) -> None:
    """Compare them with finite differences along the guess xs (T+1, nx), us (T, nu).

    Raises:
        TaskError: other shapes, or the entry that is furthest off.
    """
    task, space = call.task, call.task.space
    given, source = given_by_task(call, theta, xs, us), GIVEN
    if given is None and in_cost_only(task) and len(task.parameters):
        given, source = derive_by_parameters(task, theta, xs, us), "parameters_in_cost_only"
    if given is None:
        return

    def along(dp: Array) -> tuple[Array, Array, Array, list[list[Array]]]:
        moved = theta.copy()
        moved[task.parameters] += dp
        problem = task.problem(moved)
        return first_order(problem, xs, us, data_of(problem))

    _, _, here, h = along(np.zeros(len(task.parameters)))

    def value(dp: Array) -> Array:
        l_x, l_u, ahead, h = along(dp)
        step = [space.difference(a, b) for a, b in zip(here, ahead, strict=True)]
        return np.concatenate([l_x.ravel(), l_u.ravel(), np.ravel(step), *(v for stage in h for v in stage)])

    for t, (ours, theirs) in enumerate(zip(given.h_p, h, strict=True)):
        sizes = [len(each) for each in theirs]
        if [len(each) for each in ours] != sizes:
            where = "at the end" if t == task.horizon else f"of stage {t}"
            got = f"{[len(each) for each in ours]}"
            raise call.wrong(f"{source}: h_p[{t}]", f"rows of the constraints {where}, {sizes}", got)
    parts = {"l_xp": given.l_xp, "l_up": given.l_up, "f_p": given.f_p}
    parts |= {f"h_p[{t}][{i}]": each for t, stage in enumerate(given.h_p) for i, each in enumerate(stage)}
    columns = len(task.parameters)
    wrong = wrong_entry(value, np.concatenate([each.reshape(-1, columns) for each in parts.values()]))
    if wrong:
        expected = f"{wrong.expected:.6g}, by finite differences"
        raise call.wrong(f"{source}: {_named(parts, wrong)}", expected, f"{wrong.given:.6g}")


def _named(parts: dict[str, Array], wrong: WrongEntry) -> str:
    """Part and entry of what is wrong with all parts, one below the other."""
    heights = [int(np.prod(part.shape[:-1])) for part in parts.values()]
    ends = np.cumsum(heights)
    number = int(np.searchsorted(ends, wrong.row, side="right"))
    name, part = list(parts.items())[number]
    entry = np.unravel_index(wrong.row - ends[number] + heights[number], part.shape[:-1])
    return f"{name}[{', '.join(map(str, (*entry, wrong.column)))}]"
