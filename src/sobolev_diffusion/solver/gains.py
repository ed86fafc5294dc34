"""Feedback gains at a trajectory of an Aligator problem: one Riccati sweep on its own derivatives."""

from __future__ import annotations

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.linear_quadratic import of_aligator
from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.riccati import sweep
from sobolev_diffusion.tasks.blas import BLAS
from sobolev_diffusion.tasks.extras import in_cpp
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives

Array = NDArray[np.float64]

_IN_CPP = in_cpp("feedbackGains")


def linearise(
    problem: aligator.TrajOptProblem,
    xs: Array,
    us: Array,
    multipliers: list[Array],
    mu: float,
    by_parameters: ParameterDerivatives | None = None,
    data: aligator.TrajOptData | None = None,
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
        data: of the problem, with the derivatives along the trajectory in it; computed unless given.
    """
    if data is None:
        data = aligator.TrajOptData(problem)
        states, controls = list(xs), list(us)
        problem.evaluate(states, controls, data)
        problem.computeDerivatives(states, controls, data)
    ndx = len(data.term_cost.Lx)
    n_p = by_parameters.l_xp.shape[-1] if by_parameters else 0
    if _IN_CPP is None or ndx == 1 or n_p == 1:  # products with a single column are other calls of BLAS
        return sweep(of_aligator(problem, data, multipliers, mu), by_parameters)
    derivatives = None
    if by_parameters:
        derivatives = (by_parameters.l_xp, by_parameters.l_up, by_parameters.f_p, by_parameters.h_p)
    return Linearisation(*_IN_CPP(problem, data, multipliers, mu, BLAS, derivatives))
