"""The Riccati sweep of the gains in NumPy: the reference, and what runs where aligator has no faster one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.parameter_derivatives import ParameterDerivatives

Array = NDArray[np.float64]


def sweep(
    problem: aligator.TrajOptProblem,
    data: aligator.TrajOptData,
    multipliers: list[Array],
    mu: float,
    by_parameters: ParameterDerivatives | None,
) -> Linearisation:
    """As `linearise`, on derivatives that are in `data`."""
    horizon, nu = problem.num_steps, problem.stages[0].nu
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
