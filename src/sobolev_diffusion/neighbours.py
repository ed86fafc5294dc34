"""Which instances are near each other."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array


def nearest_first(points: Array, queries: Array) -> np.ndarray:
    """The points in order of their distance from each query, each parameter in units of its spread.

    Args:
        points: task parameters theta, (n, n_theta).
        queries: (m, n_theta).

    Returns:
        Indices into `points`, (m, n); of equally near ones the first comes first.
    """
    spread = points.std(axis=0)
    scale = np.where(spread > 1e-9, spread, 1.0)
    distance = np.linalg.norm((queries[:, None] - points[None]) / scale, axis=2)
    return np.argsort(distance, axis=1, kind="stable")
