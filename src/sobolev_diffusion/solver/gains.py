"""Feedback gains at a trajectory: one Riccati sweep on the problem's own derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import aligator
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Linearisation:
    """First-order information along a trajectory, in tangent coordinates.

    Attributes:
        gains: K_t, so that u = u_t + K_t (x (-) x_t) to first order, (T, nu, ndx).
        A: f_x, (T, ndx, ndx).
        B: f_u, (T, ndx, nu).
    """

    gains: Array
    A: Array
    B: Array


def linearise(
    problem: aligator.TrajOptProblem,
    xs: Array,
    us: Array,
    multipliers: list[Array],
    mu: float,
) -> Linearisation:
    """Gauss-Newton LQR gains around a trajectory, constraints as in ProxDDP.

    The gains kept in the solver's results belong to the previous iterate. Here V_xx is swept backwards with

        Q = l + [A B]^T V' [A B] + (1 / mu) C_a^T C_a,   K = -Q_uu^{-1} Q_ux,   V = Q_xx + Q_xu K,

    where C_a are the Jacobians of the constraints, passed through the derivative of the projection on the
    normal cone at the shifted value h + mu v: rows of inactive inequalities vanish.

    Args:
        problem: the problem (1).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        multipliers: v_0 .. v_T of the constraints, as in the solver's results.
        mu: penalty of the augmented Lagrangian.
    """
    data = aligator.TrajOptData(problem)
    states, controls = list(xs), list(us)
    problem.evaluate(states, controls, data)
    problem.computeDerivatives(states, controls, data)
    horizon, nu = us.shape
    terminal = data.term_cost
    value = np.array(terminal.Lxx)
    ndx = len(value)
    active = _active_rows(problem.term_constraints.sets, data.term_constraint, multipliers[horizon], mu)
    for block in active:
        value += block[:, :ndx].T @ block[:, :ndx] / mu
    gains, A, B = (
        np.empty((horizon, nu, ndx)),
        np.empty((horizon, ndx, ndx)),
        np.empty((horizon, ndx, nu)),
    )
    hessian = np.empty((ndx + nu, ndx + nu))
    for t in reversed(range(horizon)):
        stage = data.stage_data[t]
        cost = stage.cost_data
        A[t], B[t] = stage.dynamics_data.Jx, stage.dynamics_data.Ju
        dynamics = np.hstack([A[t], B[t]])
        hessian[:ndx, :ndx], hessian[ndx:, ndx:] = cost.Lxx, cost.Luu
        hessian[:ndx, ndx:] = cost.Lxu
        hessian[ndx:, :ndx] = hessian[:ndx, ndx:].T
        active = _active_rows(
            problem.stages[t].constraints.sets,
            stage.constraint_data,
            multipliers[t],
            mu,
        )
        Q = hessian + dynamics.T @ value @ dynamics
        for block in active:
            Q += block.T @ block / mu
        gains[t] = -np.linalg.solve(Q[ndx:, ndx:], Q[ndx:, :ndx])
        value = Q[:ndx, :ndx] + Q[:ndx, ndx:] @ gains[t]
        value = 0.5 * (value + value.T)
    return Linearisation(gains, A, B)


def _active_rows(sets: list, data: list, multiplier: Array, mu: float) -> list[Array]:
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
