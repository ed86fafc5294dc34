"""Trajectories as numbers to draw: coordinates, controls, the path of a point of the robot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.base import Array, Task

SHOWN = ["series", "instance", "name", "unit", "time", "value"]


def tidy(task: Task, runs: Demonstrations, count: int) -> pd.DataFrame:
    """What is drawn of the first `count` runs.

    Returns:
        Columns: series (state, control, path, goal or column), instance, name, unit, time (s), value. Columns
        that stand in the way have their number as instance and the names x, y, radius.
    """
    parts: list[pd.DataFrame] = []
    time = task.dt * np.arange(task.horizon + 1)
    for number, theta, xs, us in zip(runs.instance, runs.theta, runs.xs, runs.us, strict=True):
        if len(parts) == count:
            break
        coordinates = np.stack([task.coordinates(x) for x in xs])
        pieces = [
            _series("state", [(axis.name, axis.unit) for axis in task.state_axes], time, coordinates),
            _series("control", [(axis.name, axis.unit) for axis in task.control_axes], time[:-1], us),
        ]
        parts.append(pd.concat([*pieces, *_path(task, theta, xs)]).assign(instance=number))
    return pd.concat([*parts, *_columns(task)], ignore_index=True)[SHOWN]


def paths(task: Task, numbers: Sequence[int], thetas: Sequence[Array], xs: Array) -> pd.DataFrame:
    """Of trajectories (n, T+1, nx) the series path, goal and column of `tidy`."""
    parts = [
        pd.concat(_path(task, *each)).assign(instance=int(number))
        for number, *each in zip(numbers, thetas, xs, strict=True)
    ]
    return pd.concat([*parts, *_columns(task)], ignore_index=True)[SHOWN]


def points(rows: pd.DataFrame) -> pd.DataFrame:
    """A row per instance, a column per coordinate, of goals or columns."""
    return rows.pivot(index="instance", columns="name", values="value")


def _path(task: Task, theta: Array, xs: Array) -> list[pd.DataFrame]:
    """Where the robot's tracked point goes and where it should end, if the task tells."""
    time = task.dt * np.arange(task.horizon + 1)
    metres = [("x", "m"), ("y", "m"), ("z", "m")]
    pieces = []
    points = [point for x in xs if (point := task.tracked_point(x)) is not None]
    if points:
        pieces.append(_series("path", metres, time, np.stack(points)))
    goal = task.goal_point(theta)
    if goal is not None:
        pieces.append(_series("goal", metres, time[-1:], goal[None]))
    return pieces


def _columns(task: Task) -> list[pd.DataFrame]:
    names = [("x", "m"), ("y", "m"), ("radius", "m")]
    return [
        _series("column", names, np.zeros(1), column[None]).assign(instance=number)
        for number, column in enumerate(task.columns_in_the_way)
    ]


def _series(
    series: str, axes: list[tuple[str, str]], time: NDArray[np.floating], values: NDArray[np.floating]
) -> pd.DataFrame:
    """One row per time and axis, from values (len(time), len(axes))."""
    names, units = zip(*axes, strict=True)
    return pd.DataFrame(
        {
            "series": series,
            "name": np.tile(names, len(time)),
            "unit": np.tile(units, len(time)),
            "time": np.repeat(time, len(axes)),
            "value": values.ravel(),
        }
    )
