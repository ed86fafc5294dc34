"""Differences of many states to the neutral one, and back: in C++ where the space is Aligator's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.extras import extras_with
from sobolev_diffusion.tasks.interfaces import StateSpace
from sobolev_diffusion.tasks.problems import of_aligator

Array = NDArray[np.float64]
_EXTRAS = extras_with("integrateFromNeutral")


def integrate_from_neutral(space: StateSpace, vs: Array) -> Array:
    """neutral (+) v for every v, (..., ndx) -> (..., nx)."""
    if _EXTRAS is not None and of_aligator(space):
        return _EXTRAS.integrateFromNeutral(space, np.ascontiguousarray(vs, np.float64))
    neutral = space.neutral()
    return along_last_axis(lambda v: space.integrate(neutral, v), vs, space.nx)


def difference_from_neutral(space: StateSpace, xs: Array) -> Array:
    """x (-) neutral for every x, (..., nx) -> (..., ndx)."""
    if _EXTRAS is not None and of_aligator(space):
        return _EXTRAS.differenceFromNeutral(space, np.ascontiguousarray(xs, np.float64))
    neutral = space.neutral()
    return along_last_axis(lambda x: space.difference(neutral, x), xs, space.ndx)


def along_last_axis(function: Callable[[Array], Array], vectors: Array, size: int) -> Array:
    """A function of every vector along the last axis, (..., n) -> (..., size)."""
    rows = vectors.reshape(-1, vectors.shape[-1])
    return np.array([function(row) for row in rows]).reshape(*vectors.shape[:-1], size)
