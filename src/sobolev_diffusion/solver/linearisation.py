"""What is known to first order along a trajectory."""

from __future__ import annotations

from dataclasses import dataclass

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
        parameter_gains: K_p, so that u = u_t + K (x (-) x_t) + K_p dp, (T, nu, n_p); None unless asked for.
    """

    gains: Array
    A: Array
    B: Array
    parameter_gains: Array | None = None
