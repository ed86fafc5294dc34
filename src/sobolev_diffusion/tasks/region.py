"""The part of the state space that demonstrations have been in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task

SMALLEST_EXTENT = 1e-3  # of a coordinate that hardly varies, as a fraction of the largest extent


@dataclass(frozen=True)
class Region:
    """A box in the task's coordinates.

    Attributes:
        task: gives coordinates.
        lower, upper: limits of the coordinates, (ndx,).
    """

    task: Task
    lower: Array
    upper: Array

    @staticmethod
    def around(task: Task, xs: Array, margin: float) -> Region:
        """The box that holds states, wider by a margin on every side.

        Args:
            task: gives coordinates.
            xs: states, (..., nx).
            margin: as a multiple of the box's extent in each coordinate.
        """
        points = task.coordinates_of(xs).reshape(-1, task.space.ndx)
        lower, upper = points.min(axis=0), points.max(axis=0)
        extent = upper - lower
        wider = margin * np.maximum(extent, SMALLEST_EXTENT * extent.max())
        return Region(task, lower - wider, upper + wider)

    def holds(self, x: Array) -> bool:
        """Whether a state is in it; one that is not finite is not."""
        point = self.task.coordinates(x)
        return bool(np.all((self.lower <= point) & (point <= self.upper)))
