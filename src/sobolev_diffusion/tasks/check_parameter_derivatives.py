"""Whether what a task gives as derivatives in its parameters is so of its problems."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.calls import Calls
from sobolev_diffusion.tasks.derive_by_parameters import GIVEN, given_by_task
from sobolev_diffusion.tasks.finite_differences import WrongEntry, wrong_entry
from sobolev_diffusion.tasks.first_order import first_order
from sobolev_diffusion.tasks.problems import data_of


def check_parameter_derivatives(call: Calls, theta: Array, xs: Array, us: Array) -> None:
    """Compare them with finite differences along the guess xs (T+1, nx), us (T, nu).

    Raises:
        TaskError: other shapes, or the entry that is furthest off.
    """
    task, space = call.task, call.task.space
    given = given_by_task(call, theta, xs, us)
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

    columns = len(task.parameters)
    f_p = np.zeros((task.horizon, space.ndx, columns)) if given.f_p is None else given.f_p
    h_p = given.h_p
    if h_p is None:
        h_p = [[np.zeros((len(value), columns)) for value in stage] for stage in h]
    for t, (ours, theirs) in enumerate(zip(h_p, h, strict=True)):
        sizes = [len(each) for each in theirs]
        if [len(each) for each in ours] != sizes:
            where = "at the end" if t == task.horizon else f"of stage {t}"
            got = f"{[len(each) for each in ours]}"
            raise call.wrong(f"{GIVEN}: h_p[{t}]", f"rows of the constraints {where}, {sizes}", got)
    parts = {"l_xp": given.l_xp, "l_up": given.l_up, "f_p": f_p}
    parts |= {f"h_p[{t}][{i}]": each for t, stage in enumerate(h_p) for i, each in enumerate(stage)}
    wrong = wrong_entry(value, np.concatenate([each.reshape(-1, columns) for each in parts.values()]))
    if wrong:
        expected = f"{wrong.expected:.6g}, by finite differences"
        raise call.wrong(f"{GIVEN}: {_named(parts, wrong)}", expected, f"{wrong.given:.6g}")


def _named(parts: dict[str, Array], wrong: WrongEntry) -> str:
    """Part and entry of what is wrong with all parts, one below the other."""
    heights = [int(np.prod(part.shape[:-1])) for part in parts.values()]
    ends = np.cumsum(heights)
    number = int(np.searchsorted(ends, wrong.row, side="right"))
    name, part = list(parts.items())[number]
    entry = np.unravel_index(wrong.row - ends[number] + heights[number], part.shape[:-1])
    return f"{name}[{', '.join(map(str, (*entry, wrong.column)))}]"
