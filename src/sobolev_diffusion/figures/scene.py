"""What the page of an animation draws: links, paths and goals of the robot, columns, the floor."""

from __future__ import annotations

import html
import json
from importlib import resources
from string import Template
from typing import Any

import numpy as np

from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Array, Task

FRAMES_PER_SECOND = 50
COLUMN_HEIGHT = 2.0  # m, as drawn


def page(task: Task, runs: Demonstrations, title: str, count: int) -> str:
    """HTML that plays the first `count` runs, all at once."""
    data = json.dumps(scene(task, runs.take(np.arange(min(count, len(runs))))), separators=(",", ":"))
    template = Template((resources.files(__package__) / "animation.html").read_text())
    return template.substitute(title=html.escape(title), scene=data)


def scene(task: Task, runs: Demonstrations) -> dict[str, Any]:
    """What the page draws: links, paths and goals of every run, in metres, rounded to millimetres."""
    every = max(1, round(1 / (FRAMES_PER_SECOND * task.dt)))
    played = [_run(task, theta, xs[::every]) for theta, xs in zip(runs.theta, runs.xs, strict=True)]
    shown = "links" if np.size(played[0]["links"]) else "path"  # a robot that is no more than a point
    points = np.concatenate([np.reshape(run[shown], (-1, 3)) for run in played])
    points = np.concatenate([points, [run["goal"] for run in played if run["goal"]] or points[:0]])
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    in_plane = high[0] - low[0] < 1e-6  # a mechanism that moves in y, z: look along x
    return {
        "runs": played,
        "dt": every * task.dt,
        "centre": _rounded(centre),
        "radius": round(float(np.linalg.norm(high - low)) / 2 + 0.1, 3),
        "azimuth": 0.0 if in_plane else -0.9,
        "elevation": 0.0 if in_plane else 0.5,
        "floor": [] if in_plane else _grid(low, high),
        "columns": _rounded(task.columns_in_the_way),
        "columnHeight": COLUMN_HEIGHT,
    }


def _run(task: Task, theta: Array, xs: Array) -> dict[str, Any]:
    goal = task.goal_point(theta)
    return {
        "links": [_rounded(task.links(x)) for x in xs],
        "path": [_rounded(point) for x in xs if (point := task.tracked_point(x)) is not None],
        "goal": None if goal is None else _rounded(goal),
    }


def _grid(low: Array, high: Array) -> list[list[list[float]]]:
    """Lines on the floor, 0.5 m apart."""
    (x0, y0), (x1, y1) = np.floor(2 * low[:2]) / 2, np.ceil(2 * high[:2]) / 2
    along_y = [[[x, y0, 0.0], [x, y1, 0.0]] for x in np.arange(x0, x1 + 0.01, 0.5)]
    along_x = [[[x0, y, 0.0], [x1, y, 0.0]] for y in np.arange(y0, y1 + 0.01, 0.5)]
    return [[list(map(float, end)) for end in line] for line in along_x + along_y]


def _rounded(array: Array) -> list[Any]:
    return np.round(array, 3).tolist()
