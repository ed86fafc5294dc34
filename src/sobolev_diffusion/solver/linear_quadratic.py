"""A problem to second order in the costs and first order in the rest, along one trajectory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aligator
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LinearQuadratic:
    """What gains are made of, in tangent coordinates.

    Attributes:
        A, B: f_x, f_u, (T, ndx, ndx), (T, ndx, nu).
        l_xx, l_xu, l_uu: of the stages, (T, ndx, ndx), (T, ndx, nu), (T, nu, nu).
        terminal: l_xx of the terminal cost, (ndx, ndx).
        active: of stages 0 .. T-1, then of the end, a block [C_x C_u] for each constraint that is penalised,
            (n_h, ndx + nu), rows of inactive ones zero; the end's may have C_x alone.
        mu: penalty of these constraints.
        held: controls that stay at their limit, (T, nu): they have no gains.
    """

    A: Array
    B: Array
    l_xx: Array
    l_xu: Array
    l_uu: Array
    terminal: Array
    active: list[list[Array]]
    mu: float
    held: NDArray[np.bool_]


def of_aligator(
    problem: aligator.TrajOptProblem,
    data: aligator.TrajOptData,
    multipliers: list[Array],
    mu: float,
) -> LinearQuadratic:
    """From the derivatives that are in `data`; constraints are active as in ProxDDP with penalty mu.

    Args:
        problem: the problem (1).
        data: of it.
        multipliers: v_0 .. v_T of the constraints, as in the solver's results.
        mu: penalty.
    """
    stages = [data.stage_data[t] for t in range(problem.num_steps)]
    costs = [stage.cost_data for stage in stages]
    dynamics = [stage.dynamics_data for stage in stages]
    B = np.stack([np.array(each.Ju) for each in dynamics])
    active = [
        _active_rows(model.constraints.sets, stage.constraint_data, multiplier, mu)
        for model, stage, multiplier in zip(problem.stages, stages, multipliers, strict=False)
    ]
    active.append(_active_rows(problem.term_constraints.sets, data.term_constraint, multipliers[-1], mu))
    return LinearQuadratic(
        A=np.stack([np.array(each.Jx) for each in dynamics]),
        B=B,
        l_xx=np.stack([np.array(each.Lxx) for each in costs]),
        l_xu=np.stack([np.array(each.Lxu) for each in costs]),
        l_uu=np.stack([np.array(each.Luu) for each in costs]),
        terminal=np.array(data.term_cost.Lxx),
        active=active,
        mu=mu,
        held=np.zeros((len(B), B.shape[2]), dtype=bool),
    )


def _active_rows(sets: Iterable[Any], data: Iterable[Any], multiplier: Array, mu: float) -> list[Array]:
    """Constraint Jacobians [C_x C_u], inactive rows zeroed, one block per constraint."""
    blocks, offset = [], 0
    for constraint_set, constraint in zip(sets, data, strict=True):
        size = len(constraint.value)
        shifted = constraint.value + mu * multiplier[offset : offset + size]
        block = np.asfortranarray(np.hstack([constraint.Jx, constraint.Ju]))
        constraint_set.applyNormalProjectionJacobian(shifted, block)
        blocks.append(block)
        offset += size
    return blocks
