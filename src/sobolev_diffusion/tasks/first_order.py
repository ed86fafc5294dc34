"""Values and gradients of a problem along a trajectory, without the Jacobians that a solver needs."""

from __future__ import annotations

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.tasks.extras import in_cpp
from sobolev_diffusion.tasks.problems import Problem

Array = NDArray[np.float64]

_IN_CPP = in_cpp("firstOrder")


def first_order(
    problem: Problem, xs: Array, us: Array, data: aligator.TrajOptData | None
) -> tuple[Array, Array, Array, list[list[Array]]]:
    """Gradients of the cost, next states and constraints.

    Args:
        problem: the problem (1).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        data: of a problem of Aligator; what it holds afterwards is not complete.

    Returns:
        l_x (T+1, ndx), the last one the terminal cost's; l_u (T, nu); x_{t+1} (T, nx); the values of every
        constraint of stages 0 .. T-1, then of the terminal ones.
    """
    if _IN_CPP is not None and not is_crocoddyl(problem):
        return _IN_CPP(problem, xs, us, data)
    states, controls = list(xs), list(us)
    if is_crocoddyl(problem):
        problem.calc(states, controls)
        problem.calcDiff(states, controls)
        ran, end = list(problem.runningDatas), problem.terminalData
        return (
            np.stack([*(each.Lx for each in ran), end.Lx]),
            np.stack([each.Lu for each in ran]),
            np.stack([each.xnext for each in ran]),
            [[] for _ in range(len(us) + 1)],
        )
    assert data is not None
    problem.evaluate(states, controls, data)
    problem.computeDerivatives(states, controls, data, compute_second_order=False)
    stages = [data.stage_data[t] for t in range(len(us))]
    l_x = np.stack([*(stage.cost_data.Lx for stage in stages), data.term_cost.Lx])
    l_u = np.stack([stage.cost_data.Lu for stage in stages])
    ahead = np.stack([stage.dynamics_data.xnext for stage in stages])
    h = [
        [np.array(constraint.value) for constraint in constraints]
        for constraints in (*(stage.constraint_data for stage in stages), data.term_constraint)
    ]
    return l_x, l_u, ahead, h
