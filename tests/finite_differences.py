"""Central differences on manifolds: the one home of finite-difference checks."""

from __future__ import annotations

from collections.abc import Callable

import aligator
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def jacobian_in_state(
    function: Callable[[Array], Array], space: aligator.manifolds.ManifoldAbstract, x: Array, step: float
) -> Array:
    """d function / dx in the tangent space at x, (*shape of the value, ndx)."""
    columns = []
    for direction in np.eye(space.ndx):
        ahead = function(space.integrate(x, step * direction))
        behind = function(space.integrate(x, -step * direction))
        columns.append((ahead - behind) / (2 * step))
    return np.stack(columns, axis=-1)


def jacobian(function: Callable[[Array], Array], u: Array, step: float) -> Array:
    """d function / du, (*shape of the value, nu)."""
    columns = [(function(u + step * e) - function(u - step * e)) / (2 * step) for e in np.eye(len(u))]
    return np.stack(columns, axis=-1)


def relative_error(value: Array, reference: Array) -> float:
    """|value - reference| / |reference|, Frobenius norms."""
    return float(np.linalg.norm(value - reference) / max(np.linalg.norm(reference), 1e-12))
