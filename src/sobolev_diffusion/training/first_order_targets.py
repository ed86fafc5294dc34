"""First-order targets: equations (2) and (7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def closed_loop(gains: Array, A: Array, B: Array) -> Array:
    """dx_{t+1}/dx_t = f_x + f_u K_t along a trajectory, (T, ndx, ndx)."""
    return A + B @ gains


def parameter_sensitivities(
    gains: Array,
    A: Array,
    B: Array,
    parameter_gains: Array,
    action_x: Array,
    action_u: Array,
    length: int,
) -> Array:
    """d a_{t+k} / dp for k = 1 .. length at fixed x_t, in the closed loop u = u_t + K dx + K_p dp.

    With s_k = dx_{t+k}/dp, s_0 = 0 and a_{t+1} = alpha(x_{t+1}, u_t):

        s_{k+1} = (f_x + f_u K) s_k + f_u K_p,   d a_{t+k+1} / dp = alpha_x s_{k+1} + alpha_u (K s_k + K_p).

    There is no f_p: what drives a rollout, `Task.dynamics`, does not depend on theta.

    Args:
        gains, A, B, action_x, action_u, length: as of `action_sensitivities`.
        parameter_gains: K_p, (T, nu, n_p).

    Returns:
        (T - length + 1, length, na, n_p).

    Raises:
        ValueError: a chunk is longer than the trajectory.
    """
    n_p = parameter_gains.shape[2]
    starts = _starts(gains, length)
    state = np.zeros((starts, gains.shape[2], n_p))
    targets = np.empty((starts, length, action_x.shape[1], n_p))
    for k in range(length):
        here = slice(k, k + starts)
        control = gains[here] @ state + parameter_gains[here]
        state = A[here] @ state + B[here] @ control
        targets[:, k] = action_x[here] @ state + action_u[here] @ control
    return targets


def _starts(gains: Array, length: int) -> int:
    """How many chunks of this length begin on a trajectory and lie on it."""
    starts = len(gains) - length + 1
    if starts < 1:
        raise ValueError(f"a chunk of {length} actions does not fit in a trajectory of {len(gains)} steps")
    return starts


def action_sensitivities(
    gains: Array, A: Array, B: Array, action_x: Array, action_u: Array, length: int
) -> Array:
    """Equation (7): d a_{t+k} / d x_t for k = 1 .. length, by products of (2).

    With Phi_k = dx_{t+k}/dx_t and a_{t+1} = alpha(x_{t+1}, u_t):

        d a_{t+k+1} / d x_t = alpha_x Phi_{k+1} + alpha_u K_{t+k} Phi_k.

    Args:
        gains: K, (T, nu, ndx).
        A, B: f_x (T, ndx, ndx) and f_u (T, ndx, nu).
        action_x: alpha_x at (x_{t+1}, u_t), (T, na, ndx).
        action_u: alpha_u, (T, na, nu).
        length: number of actions to come.

    Returns:
        (T - length + 1, length, na, ndx): only starts t whose whole chunk lies on the trajectory.

    Raises:
        ValueError: a chunk is longer than the trajectory.
    """
    ndx = gains.shape[2]
    starts = _starts(gains, length)
    step = closed_loop(gains, A, B)
    state = np.broadcast_to(np.eye(ndx), (starts, ndx, ndx))
    targets = np.empty((starts, length, action_x.shape[1], ndx))
    for k in range(length):
        here = slice(k, k + starts)
        control = gains[here] @ state
        state = step[here] @ state
        targets[:, k] = action_x[here] @ state + action_u[here] @ control
    return targets
