"""Fig. 4: paths among the columns from above, TO alone and policies on the same instances."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sobolev_diffusion.config import TopViewsFigure
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.solutions import points
from sobolev_diffusion.figures.style import Style

Interval = tuple[float, float]

WIDTH = 2.3  # inches, of a panel
MARGIN = 0.5  # m, around what is worth seeing; a policy that leaves it is lost


def draw(rows: pd.DataFrame, spec: TopViewsFigure, style: Style) -> tuple[Figure, pd.DataFrame]:
    """A row of panels for each experiment, a column for TO alone and for each method.

    Args:
        rows: of stage `paths`, labelled with the experiment as `row`.
        spec: the order of rows and columns.
        style: labels, colours, titles of tasks.
    """
    methods = [TO_ALONE, *spec.methods]
    x, y = _limits(rows)
    height = WIDTH * np.ptp(y) / np.ptp(x)
    figure, axes = plt.subplots(
        len(spec.experiments),
        len(methods),
        figsize=(WIDTH * len(methods) + 0.6, height * len(spec.experiments) + 0.8),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for line, name in zip(axes, spec.experiments, strict=True):
        part = rows[rows.row == name]
        task = part.task.iloc[0]
        line[0].set_ylabel(f"{style.tasks.get(task, task)}\ny (m)", fontsize=8)
        for axis, method in zip(line, methods, strict=True):
            _view(axis, part[part.method == method], style.methods[method].colour)
    axes[0, 0].set(xlim=x, ylim=y)
    for axis, method in zip(axes[0], methods, strict=True):
        axis.set_title(style.label(method))
    for axis in axes[-1]:
        axis.set_xlabel("x (m)")
    return figure, rows


def _limits(rows: pd.DataFrame) -> tuple[Interval, Interval]:
    """What is worth seeing in x and y: columns, goals and the paths of TO alone."""
    seen = rows[(rows.method == TO_ALONE) | (rows.series == "goal")]
    ends = seen[seen.name.isin(["x", "y"])].groupby("name").value.agg(["min", "max"])
    x, y = ((low - MARGIN, high + MARGIN) for low, high in ends.loc[["x", "y"]].to_numpy())
    return x, y


def _view(axis: Axes, rows: pd.DataFrame, colour: str) -> None:
    for _, path in rows[rows.series == "path"].groupby("instance"):
        point = path.pivot(index="time", columns="name", values="value")
        axis.plot(point.x, point.y, color=colour, linewidth=1, alpha=0.8)
        axis.plot(point.x.iloc[:1], point.y.iloc[:1], "o", color=colour, markersize=2.5)
    goals = points(rows[rows.series == "goal"])
    axis.plot(goals.x, goals.y, "k*", markersize=4, linestyle="none")
    for column in points(rows[rows.series == "column"]).itertuples():
        axis.add_patch(Circle((column.x, column.y), column.radius, color="0.6", linewidth=0))
    axis.set_aspect("equal")
