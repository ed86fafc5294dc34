"""Joints led by a spring and a damper to where the step in hand ends, whatever holds the feet."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.interfaces import Dynamics

Array = NDArray[np.float64]


def torques_towards(
    dynamics: Dynamics, data: Any, x: Array, targets: Array, stiffness: float, damping: float
) -> Array:
    """u = P (a - q') - D v', (nu,), with targets a, where q' and v' are the joints' angles and velocities
    after the step that u makes.

    Implicit, so no gains are too stiff for the time step. It is linear in u: at a given state the next one is
    affine in the torques, (q', v') = (q_0', v_0') + B u.

    Args:
        dynamics: of the step; the last nu angles and velocities of its states are those of the joints.
        data: of the dynamics, to compute in.
        x: state (q, v), (nq + nv,).
        targets: a, rad, (nu,).
        stiffness, damping: P, N m / rad, and D, N m s / rad.
    """
    nu, nv = len(targets), data.Jx.shape[0] // 2
    nq = len(x) - nv
    still = np.zeros(nu)
    dynamics.forward(x, still, data)
    dynamics.dForward(x, still, data)
    q, v = data.xnext[nq - nu : nq], data.xnext[-nu:]
    resisting = stiffness * data.Ju[nv - nu : nv] + damping * data.Ju[-nu:]
    return np.linalg.solve(np.eye(nu) + resisting, stiffness * (targets - q) - damping * v)
