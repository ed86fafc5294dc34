"""Whether a task's `retarget` makes the problem that its `problem` builds."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.calls import Calls
from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.tasks.derive_by_targets import TARGETS
from sobolev_diffusion.tasks.first_order import first_order
from sobolev_diffusion.tasks.overriding import owner_of
from sobolev_diffusion.tasks.problems import KINDS, Problem, costs_of, data_of, initial_state_of, is_aligator
from sobolev_diffusion.tasks.reused_problem import changes_in_place

NEARBY = 0.01


def check_retarget(call: Calls, theta: Array, xs: Array, us: Array) -> None:
    """Compare both beside the guess, where costs often vanish, from the problem of another theta.

    Raises:
        TaskError: what is told first of: initial state, costs and their gradients, constraints, next states.
    """
    task = call.task
    if not changes_in_place(task):
        return
    another = task.problem(task.sample(np.random.default_rng(1)))
    where = TARGETS if owner_of(task, "retarget") is Task else "retarget(problem, theta)"
    changed = call(where, lambda: task.retarget(another, theta))
    if not (is_aligator(changed) or is_crocoddyl(changed)):
        raise call.wrong(where, KINDS, type(changed).__name__)
    rng = np.random.default_rng(2)
    xs = np.stack([task.space.integrate(x, NEARBY * rng.normal(size=task.space.ndx)) for x in xs])
    us = us + NEARBY * rng.normal(size=us.shape)
    ours, built = (_told(problem, xs, us) for problem in (changed, task.problem(theta)))
    for name, expected in built.items():
        if not np.array_equal(ours[name], expected):
            raise call.wrong(
                where, f"the {name} of problem(theta)", "others: it leaves out what depends on theta"
            )


def _told(problem: Problem, xs: Array, us: Array) -> dict[str, Array]:
    """What tells a problem from another one, along a trajectory."""
    l_x, l_u, ahead, h = first_order(problem, xs, us, data_of(problem))
    return {
        "initial state": initial_state_of(problem),
        "costs": costs_of(problem, xs, us),
        "cost gradients": np.concatenate([l_x.ravel(), l_u.ravel()]),
        "constraints": np.concatenate([np.zeros(0), *(value for stage in h for value in stage)]),
        "next states": ahead,
    }
