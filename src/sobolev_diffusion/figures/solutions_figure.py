"""A few solutions of a task: coordinates and controls over time, and paths in space or from above."""

from __future__ import annotations

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
        import seaborn as sns

        from sobolev_diffusion.figures import theme  # noqa: F401 how it looks

        over_time = [
            (f"{series} ({unit!s})" if unit else series, part)
            for series in ("state", "control")
            for unit, part in rows[rows.series == series].groupby("unit", sort=False)
        ]
        views = _views(rows)
        panels = len(over_time) + len(views)
        across = min(panels, 3 if panels <= 6 else 4)
        down = -(-panels // across)
        figure, axes = plt.subplots(
            down, across, figsize=(WIDTH * across, HEIGHT * down), layout="constrained", squeeze=False
        )
        for axis, (label, part) in zip(axes.flat, over_time, strict=False):
            _over_time(axis, label, part)
        for axis, view in zip(axes.flat[len(over_time) :], views, strict=False):
            _view(axis, rows, *view)
        for axis in axes.flat[panels:]:
            axis.set_axis_off()
        sns.despine(figure)
        figure.suptitle(style.tasks.get(self.task, self.task))
        return figure, rows


def _views(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """The two axes of each panel of paths: from above and from the side, or only what there is to see."""
    import numpy as np

    paths = rows[rows.series == "path"]
    if paths.empty:
        return []
    if (rows.series == "column").any():
        return [("x", "y")]
    return [("y", "z")] if np.ptp(paths[paths.name == "x"].value) < 1e-9 else [("x", "y"), ("x", "z")]


def _over_time(axis: Axes, label: str, rows: pd.DataFrame) -> None:
    import seaborn as sns

    names = rows.name.unique()
    sns.lineplot(
        rows, x="time", y="value", hue="name", units="instance", estimator=None, linewidth=0.9, alpha=0.8,
        palette="tab10", legend=len(names) > 1, ax=axis,
    )  # fmt: skip
    axis.set(xlabel="time (s)", ylabel=label if len(names) > 1 else f"{names[0]} ({rows.unit.iloc[0]})")
    if len(names) > 1:
        above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": -(-len(names) // LEGEND_ROWS)}
        sns.move_legend(axis, title=None, fontsize=6, **above)


def _view(axis: Axes, rows: pd.DataFrame, first: str, second: str) -> None:
    """Paths, as seen along the third axis."""
    import seaborn as sns
    from matplotlib.patches import Circle

    from sobolev_diffusion.figures.trajectories import points

    paths = rows[rows.series == "path"].pivot(index=["instance", "time"], columns="name", values="value")
    goals = points(rows[rows.series == "goal"])
    sns.lineplot(
        paths.reset_index(), x=first, y=second, hue="instance", palette="cividis", estimator=None, sort=False,
        linewidth=1, legend=False, ax=axis,
    )  # fmt: skip
    starts = paths.groupby("instance").first()
    axis.plot(starts[first], starts[second], "o", color="0.3", markersize=3, label="start")
    if not goals.empty:
        axis.plot(goals[first], goals[second], "k*", markersize=5, label="goal")
    column: Any
    for column in points(rows[rows.series == "column"]).itertuples():
        axis.add_patch(Circle((column.x, column.y), column.radius, color="0.7", linewidth=0))
    axis.set(xlabel=f"{first} (m)", ylabel=f"{second} (m)")
    axis.set_aspect("equal", adjustable="datalim")
    axis.legend(fontsize=6, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
