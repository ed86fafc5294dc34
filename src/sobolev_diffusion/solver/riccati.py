"""The Riccati sweep of the gains in NumPy: for every solver, and the reference of the one in C++."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.linear_quadratic import LinearQuadratic
from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives

Array = NDArray[np.float64]
Free = slice | NDArray[np.bool_]


def sweep(model: LinearQuadratic, by_parameters: ParameterDerivatives | None) -> Linearisation:
    """The equations of `gains.linearise`; rows of K and K_p of controls that are held at a limit are zero.

    Raises:
        LinAlgError: Q_uu is singular, so that there are no gains.
    """
    horizon, ndx, nu = model.B.shape
    mu, value = model.mu, model.terminal.copy()
    active = model.active[horizon]
    for block in active:
        value += block[:, :ndx].T @ block[:, :ndx] / mu
    swept = _ParameterSweep(by_parameters, active, mu) if by_parameters else None
    gains = np.empty((horizon, nu, ndx))
    hessian = np.empty((ndx + nu, ndx + nu))
    for t in reversed(range(horizon)):
        dynamics = np.hstack([model.A[t], model.B[t]])
        hessian[:ndx, :ndx], hessian[ndx:, ndx:] = model.l_xx[t], model.l_uu[t]
        hessian[:ndx, ndx:] = model.l_xu[t]
        hessian[ndx:, :ndx] = hessian[:ndx, ndx:].T
        active = model.active[t]
        free: Free = ~model.held[t] if model.held[t].any() else slice(None)
        Q = hessian + dynamics.T @ value @ dynamics
        for block in active:
            Q += block.T @ block / mu
        if swept:
            swept.back(t, dynamics, value, Q, active, free)
        gains[t] = _feedback(Q[ndx:, ndx:], Q[ndx:, :ndx], free, t)
        value = Q[:ndx, :ndx] + Q[:ndx, ndx:] @ gains[t]
        value = 0.5 * (value + value.T)
    return Linearisation(gains, model.A, model.B, swept.gains if swept else None)


def _feedback(Q_uu: Array, Q_ux: Array, free: Free, t: int) -> Array:
    """-Q_uu^{-1} Q_ux of the free controls, zero of the others."""
    gains = np.zeros_like(Q_ux)
    try:
        gains[free] = -np.linalg.solve(Q_uu[free][:, free], Q_ux[free])
    except np.linalg.LinAlgError as error:
        reason = f"Singular matrix: there are no gains: the Hessian Q_uu of step {t}"
        raise np.linalg.LinAlgError(reason) from error
    return gains


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

    def back(
        self, t: int, dynamics: Array, value_xx: Array, Q: Array, active: list[Array], free: Free
    ) -> None:
        """One stage: V'_xx (ndx, ndx), and [A B] and Q of stage t."""
        by, ndx = self.by, len(value_xx)
        Q_p = np.concatenate([by.l_xp[t], by.l_up[t]])
        ahead = self.value if by.f_p is None else self.value + value_xx @ by.f_p[t]
        Q_p += dynamics.T @ ahead + self._constraints(active, t)
        self.gains[t] = _feedback(Q[ndx:, ndx:], Q_p[ndx:], free, t)
        self.value = Q_p[:ndx] + Q[:ndx, ndx:] @ self.gains[t]

    def _constraints(self, active: list[Array], t: int) -> Array | float:
        """(1 / mu) C_a^T h_p; 0 without constraints that depend on p."""
        if self.by.h_p is None:
            return 0.0
        blocks = (block.T @ h_p for block, h_p in zip(active, self.by.h_p[t], strict=True))
        return sum(blocks) / self.mu
