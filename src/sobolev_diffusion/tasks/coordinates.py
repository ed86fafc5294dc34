"""Coordinates of many states at once: in C++ where a task takes those of its space."""

from __future__ import annotations

from typing import Any

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.problems import of_aligator

_EXTRAS: Any = getattr(aligator, "extras", None)  # the official module has none
if not hasattr(_EXTRAS, "integrateAll"):  # or one of before
    _EXTRAS = None


def states_at(task: Task, coordinates: Array) -> Array:
    """`Task.state_at` of every one, (..., ndx) -> (..., nx)."""
    rows = coordinates.reshape(-1, coordinates.shape[-1])
    if _EXTRAS is not None and of_aligator(task.space) and inherits(task, Task, "state_at"):
        xs = _EXTRAS.integrateAll(task.space, task.space.neutral(), rows)
    else:
        xs = np.array([task.state_at(row) for row in rows]).reshape(len(rows), task.space.nx)
    return xs.reshape(*coordinates.shape[:-1], task.space.nx)


def coordinates_of(task: Task, xs: Array) -> Array:
    """`Task.coordinates` of every one, (..., nx) -> (..., ndx)."""
    rows = xs.reshape(-1, xs.shape[-1])
    if _EXTRAS is not None and of_aligator(task.space) and inherits(task, Task, "coordinates"):
        points = _EXTRAS.differenceAll(task.space, task.space.neutral(), rows)
    else:
        points = np.array([task.coordinates(row) for row in rows]).reshape(len(rows), task.space.ndx)
    return points.reshape(*xs.shape[:-1], task.space.ndx)
