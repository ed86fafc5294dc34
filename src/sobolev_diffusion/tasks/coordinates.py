"""Coordinates of many states at once: in C++ where a task takes those of its space."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.extras import extras_with
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.problems import of_aligator

_EXTRAS = extras_with("integrateAll")


def states_at(task: Task, coordinates: Array) -> Array:
    """`Task.state_at` of every one, (..., ndx) -> (..., nx)."""
    return _each(task, "state_at", "integrateAll", coordinates, task.space.nx)


def coordinates_of(task: Task, xs: Array) -> Array:
    """`Task.coordinates` of every one, (..., nx) -> (..., ndx)."""
    return _each(task, "coordinates", "differenceAll", xs, task.space.ndx)


def _each(task: Task, method: str, in_cpp: str, points: Array, size: int) -> Array:
    """A method of a task at every point, (..., n) -> (..., size); in C++ from the neutral state."""
    rows = points.reshape(-1, points.shape[-1])
    if _EXTRAS is not None and of_aligator(task.space) and inherits(task, Task, method):
        found = getattr(_EXTRAS, in_cpp)(task.space, task.space.neutral(), rows)
    else:
        found = np.array([getattr(task, method)(row) for row in rows])
    return found.reshape(*points.shape[:-1], size)
