"""A few solutions of a task: coordinates and controls over time, and paths in space or from above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.section import PositiveInt, known
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.results import Artefacts, Inputs, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style

WIDTH, HEIGHT = 3.0, 2.4  # inches, of a panel
PANELS_ACROSS = 3
LEGEND_ROWS = 3


class SolutionsFigure(FigureDrawing):
    kind: Literal["solutions"]
    """A few solutions of TO alone: coordinates and controls over time, and paths in space."""
    task: str
    """One of `tasks`."""
    count: PositiveInt = 5
    """How many: the first converged ones of the first block."""

    def check(self, config: Computation, where: str) -> None:
        known(f"{where}.task", self.task, config.tasks)

    def artefacts(self, results: Results) -> Artefacts:
        return (results.solutions(self.task),)

    def read(self, inputs: Inputs) -> pd.DataFrame:
        import pandas as pd

        from sobolev_diffusion.figures.trajectories import tidy

        return pd.concat([tidy(*each, self.count) for each in inputs.solutions()], ignore_index=True)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """Panels: one per unit of the state and one of the controls, then the paths if there are any.

        Args:
            rows: from `trajectories.tidy`.
            style: titles of tasks.
        """
        import matplotlib.pyplot as plt

        time_panels = [
            (f"{series} ({unit})" if unit else series, part)
            for series in ("state", "control")
            for unit, part in _by_unit(rows[rows.series == series])
        ]
        paths = rows[rows.series == "path"]
        panels = len(time_panels) + (not paths.empty)
        across = min(panels, PANELS_ACROSS)
        down = -(-panels // across)
        figure = plt.figure(figsize=(WIDTH * across, HEIGHT * down))
        for position, (label, part) in enumerate(time_panels, start=1):
            _over_time(figure.add_subplot(down, across, position), label, part)
        if not paths.empty:
            _paths(figure, (down, across, panels), rows, paths)
        figure.suptitle(style.tasks.get(self.task, self.task))
        figure.tight_layout()
        return figure, rows


def _by_unit(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for unit, part in rows.groupby("unit", sort=False):
        yield str(unit), part


def _over_time(axis: Axes, label: str, rows: pd.DataFrame) -> None:
    names = list(dict.fromkeys(rows.name))
    for index, name in enumerate(names):
        for number, (_, run) in enumerate(rows[rows.name == name].groupby("instance")):
            axis.plot(
                run.time,
                run.value,
                color=f"C{index}",
                linewidth=0.9,
                alpha=0.8,
                label=name if number == 0 and len(names) > 1 else None,
            )
    axis.set_xlabel("time (s)")
    axis.set_ylabel(label if len(names) > 1 else f"{names[0]} ({rows.unit.iloc[0]})")
    if len(names) > 1:
        across = -(-len(names) // LEGEND_ROWS)
        axis.legend(fontsize=6, ncols=across, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0))


def _paths(figure: Figure, place: tuple[int, int, int], rows: pd.DataFrame, paths: pd.DataFrame) -> None:
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.patches import Circle

    from sobolev_diffusion.figures.trajectories import points

    columns = points(rows[rows.series == "column"])
    goals = points(rows[rows.series == "goal"])
    flat = not columns.empty or np.ptp(paths[paths.name == "x"].value) < 1e-9
    first, second = ("y", "z") if columns.empty and flat else ("x", "y")
    axis: Any = figure.add_subplot(*place) if flat else figure.add_subplot(*place, projection="3d")
    shown = [first, second] if flat else ["x", "y", "z"]
    runs = paths.instance.nunique()
    for index, (_, run) in enumerate(paths.groupby("instance")):
        point = run.pivot(index="time", columns="name", values="value")
        colour = plt.get_cmap("cividis")(index / max(1, runs - 1))  # the other panels' tell coordinates apart
        axis.plot(*(point[name] for name in shown), color=colour, linewidth=1)
        axis.plot(*(point[name].iloc[:1] for name in shown), "o", color=colour, markersize=3)
    if not goals.empty:
        axis.plot(*(goals[name] for name in shown), "k*", markersize=5, linestyle="none")
    column: Any
    for column in columns.itertuples():
        axis.add_patch(Circle((column.x, column.y), column.radius, color="0.6"))
    axis.set_xlabel(f"{shown[0]} (m)")
    axis.set_ylabel(f"{shown[1]} (m)")
    if flat:
        axis.set_aspect("equal")
    else:
        axis.set_zlabel("z (m)")
        axis.locator_params(nbins=3)  # in perspective, labels of more ticks overlap
