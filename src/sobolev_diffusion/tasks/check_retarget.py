"""Whether a task's `retarget` makes the problem that its `problem` builds."""

from __future__ import annotations

from typing import Any

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.calls import Calls
from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.tasks.problems import KINDS, Problem, initial_state_of, is_aligator
from sobolev_diffusion.tasks.reused_problem import changes_in_place

NEARBY = 0.01


def check_retarget(call: Calls, theta: Array, xs: Array, us: Array) -> None:
    """Compare both beside the guess, where costs often vanish, from the problem of another theta.

    Raises:
        TaskError: what is told first of: the initial state, costs, constraints, next states.
    """
    task = call.task
    if not changes_in_place(task):
        return
    another = task.problem(task.sample(np.random.default_rng(1)))
    where = "retarget(problem, theta)"
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
    if is_crocoddyl(problem):
        return _told_by_crocoddyl(problem, xs, us)
    data = aligator.TrajOptData(problem)
    states, controls = list(xs), list(us)
    problem.evaluate(states, controls, data)
    problem.computeDerivatives(states, controls, data, compute_second_order=False)
    stages = list(data.stage_data)
    constraints = [*(stage.constraint_data for stage in stages), data.term_constraint]
    return {
        "initial state": initial_state_of(problem),
        "costs": np.array([*(stage.cost_data.value for stage in stages), data.term_cost.value]),
        "cost gradients": np.concatenate([data.term_cost.Lx, *(stage.cost_data.grad for stage in stages)]),
        "constraints": np.concatenate(
            [np.zeros(0), *(each.value for those in constraints for each in those)]
        ),
        "next states": np.stack([stage.dynamics_data.xnext for stage in stages]),
    }


def _told_by_crocoddyl(problem: Any, xs: Array, us: Array) -> dict[str, Array]:
    problem.calc(list(xs), list(us))
    problem.calcDiff(list(xs), list(us))
    data = [*problem.runningDatas, problem.terminalData]
    return {
        "initial state": initial_state_of(problem),
        "costs": np.array([each.cost for each in data]),
        "cost gradients": np.concatenate([np.concatenate([each.Lx, each.Lu]) for each in data]),
        "next states": np.stack([each.xnext for each in data[:-1]]),
    }
