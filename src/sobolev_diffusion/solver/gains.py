"""Feedback gains at a trajectory: one Riccati sweep on the problem's own derivatives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.parameter_derivatives import ParameterDerivatives

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Linearisation:
    """First-order information along a trajectory, in tangent coordinates.

    Attributes:
        gains: K_t, so that u = u_t + K_t (x (-) x_t) to first order, (T, nu, ndx).
        A: f_x, (T, ndx, ndx).
        B: f_u, (T, ndx, nu).
        parameter_gains: K_p, so that u = u_t + K (x (-) x_t) + K_p dp, (T, nu, n_p); None unless asked for.
    """

    gains: Array
    A: Array
    B: Array
    parameter_gains: Array | None = None


def linearise(
    problem: aligator.TrajOptProblem,
    xs: Array,
    us: Array,
    multipliers: list[Array],
    mu: float,
    by_parameters: ParameterDerivatives | None = None,
) -> Linearisation:
    """Gauss-Newton LQR gains around a trajectory, constraints as in ProxDDP.

    The gains kept in the solver's results belong to the previous iterate. Here V_xx is swept backwards with

        Q = l + [A B]^T V' [A B] + (1 / mu) C_a^T C_a,   K = -Q_uu^{-1} Q_ux,   V = Q_xx + Q_xu K,

    where C_a are the Jacobians of the constraints, passed through the derivative of the projection on the
    normal cone at the shifted value h + mu v: rows of inactive inequalities vanish.

    With the parameters p as a constant further state the sweep has one more block,

        Q_xp = l_xp + A^T W + (1 / mu) C_a,x^T h_p,   Q_up = l_up + B^T W + (1 / mu) C_a,u^T h_p,
        K_p = -Q_uu^{-1} Q_up,   V_xp = Q_xp + Q_xu K_p,   where W = V'_xp + V'_xx f_p.

    As in K, second derivatives of dynamics and constraints are left out (Gauss-Newton).

    Args:
        problem: the problem (1).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        multipliers: v_0 .. v_T of the constraints, as in the solver's results.
        mu: penalty of the augmented Lagrangian.
        by_parameters: l_xp, l_up, f_p, h_p along the trajectory; without them there is no K_p.
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
    swept = _ParameterSweep(by_parameters, active, mu) if by_parameters else None
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
        if swept:
            swept.back(t, dynamics, value, Q, active)
        gains[t] = -np.linalg.solve(Q[ndx:, ndx:], Q[ndx:, :ndx])
        value = Q[:ndx, :ndx] + Q[:ndx, ndx:] @ gains[t]
        value = 0.5 * (value + value.T)
    return Linearisation(gains, A, B, swept.gains if swept else None)


class _ParameterSweep:
    """K_p and V_xp, a stage at a time, on the matrices of the sweep of K.

    Args:
        by: derivatives in the parameters.
        active: Jacobians of the active terminal constraints.
        mu: penalty.
    """

    def __init__(self, by: ParameterDerivatives, active: list[Array], mu: float) -> None:
        self.by, self.mu = by, mu
        horizon, nu, n_p = by.l_up.shape
        self.gains = np.empty((horizon, nu, n_p))
        ndx = by.l_xp.shape[1]
        self.value = by.l_xp[horizon] + self._constraints([block[:, :ndx] for block in active], horizon)

    def back(self, t: int, dynamics: Array, value_xx: Array, Q: Array, active: list[Array]) -> None:
        """One stage: V'_xx (ndx, ndx), and [A B] and Q of stage t."""
        by, ndx = self.by, len(value_xx)
        Q_p = np.concatenate([by.l_xp[t], by.l_up[t]])
        Q_p += dynamics.T @ (self.value + value_xx @ by.f_p[t]) + self._constraints(active, t)
        self.gains[t] = -np.linalg.solve(Q[ndx:, ndx:], Q_p[ndx:])
        self.value = Q_p[:ndx] + Q[:ndx, ndx:] @ self.gains[t]

    def _constraints(self, active: list[Array], t: int) -> Array | float:
        """(1 / mu) C_a^T h_p; 0 without constraints."""
        blocks = (block.T @ h_p for block, h_p in zip(active, self.by.h_p[t], strict=True))
        return sum(blocks) / self.mu


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
