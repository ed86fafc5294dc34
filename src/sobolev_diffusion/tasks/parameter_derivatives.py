"""How a problem changes with the parameters p, to first order, along one trajectory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ParameterDerivatives:
    """Derivatives by the n_p parameters with x and u held fixed, in tangent coordinates.

    Attributes:
        l_xp: d l_x / dp, (T+1, ndx, n_p); the last one is the terminal cost's.
        l_up: d l_u / dp, (T, nu, n_p).
        f_p: d x_{t+1} / dp, (T, ndx, n_p).
        h_p: of every constraint of stages 0 .. T-1, then of the terminal ones; arrays (n_h, n_p).

    Without f_p and h_p the parameters enter the cost alone.

    Raises:
        ValueError: one of f_p and h_p alone.
    """

    l_xp: Array
    l_up: Array
    f_p: Array | None = None
    h_p: Sequence[Sequence[Array]] | None = None

    def __post_init__(self) -> None:
        if (self.f_p is None) != (self.h_p is None):
            raise ValueError("expected both of f_p and h_p, or neither")
