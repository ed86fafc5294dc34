"""Is a Jacobian the derivative of its values? Only what finite differences prove wrong is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sobolev_diffusion.tasks.base import Array

RELATIVE, NEGLIGIBLE = 1e-3, 1e-5
"""An entry is wrong if it is off by this share of itself and by this share of the largest entry."""
STEP, SMALLER_STEP = 1e-5, 1e-6
CERTAINTY = 0.1  # share of the error by which differences of two steps, and of the two sides, may differ


@dataclass(frozen=True)
class WrongEntry:
    """An entry of a Jacobian, and what finite differences say that it is."""

    row: int
    column: int
    given: float
    expected: float


def wrong_entry(value: Callable[[Array], Array], jacobian: Array) -> WrongEntry | None:
    """The entry of a finite Jacobian that is furthest off; none is wrong: None.

    Central differences that depend on the step or the side (a kink, noise), or are not finite, prove nothing.

    Args:
        value: of a step in tangent coordinates, (n,), from where the derivative is taken: (m,).
        jacobian: what is said to be its derivative at no step, (m, n).
    """
    if not jacobian.size:
        return None
    with np.errstate(invalid="ignore"):
        steps = np.eye(jacobian.shape[1])
        expected = _central(value, steps, STEP)
        error, size = np.abs(jacobian - expected), np.maximum(np.abs(expected), np.abs(jacobian))
        suspect = error > RELATIVE * size + NEGLIGIBLE * size[np.isfinite(size)].max(initial=0.0)
        if not suspect.any():
            return None
        here = value(np.zeros(len(steps)))
        unsure = np.abs(_central(value, steps, SMALLER_STEP) - expected)
        for column in np.flatnonzero(suspect.any(axis=0)):
            ahead, behind = value(STEP * steps[column]), value(-STEP * steps[column])
            unsure[:, column] = np.maximum(unsure[:, column], np.abs(ahead - 2 * here + behind) / STEP)
        proven = suspect & (unsure < CERTAINTY * error)
    if not proven.any():
        return None
    row, column = np.unravel_index(np.argmax(np.where(proven, error, 0.0)), error.shape)
    return WrongEntry(int(row), int(column), float(jacobian[row, column]), float(expected[row, column]))


def _central(value: Callable[[Array], Array], steps: Array, size: float) -> Array:
    columns = [(value(size * step) - value(-size * step)) / (2 * size) for step in steps]
    return np.stack(columns, axis=1)
