"""What is asked of a state space and of dynamics; Aligator's manifolds and explicit dynamics have it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class StateSpace(Protocol):
    """A manifold of dimension ndx, whose points are given by nx numbers."""

    @property
    def nx(self) -> int: ...

    @property
    def ndx(self) -> int: ...

    def neutral(self) -> Array:
        """The state from which coordinates are measured, (nx,)."""

    def integrate(self, x: Array, dx: Array, /) -> Array:
        """x (+) dx, (nx,)."""

    def difference(self, x0: Array, x1: Array, /) -> Array:
        """x1 (-) x0, (ndx,)."""

    def Jdifference(self, x0: Array, x1: Array, which: int, /) -> Array:
        """Derivative of x1 (-) x0 by x0 (which = 0) or x1 (which = 1), (ndx, ndx)."""


class Dynamics(Protocol):
    """x_{t+1} = f(x_t, u_t)."""

    @property
    def nu(self) -> int: ...

    def createData(self) -> Any:
        """What the rest writes to: xnext (nx,), Jx (ndx, ndx), Ju (ndx, nu)."""

    def forward(self, x: Array, u: Array, data: Any, /) -> None:
        """The next state, into the data."""

    def dForward(self, x: Array, u: Array, data: Any, /) -> None:
        """Its derivatives, after `forward`."""
