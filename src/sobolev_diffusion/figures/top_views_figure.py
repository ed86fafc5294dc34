"""Fig. 4: paths among the columns from above, TO alone and policies on the same instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveInt
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.results import Artefact, Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style

Interval = tuple[float, float]

WIDTH = 2.3  # inches, of a panel
MARGIN = 0.5  # m, around what is worth seeing; a policy that leaves it is lost


class TopViewsFigure(FigureDrawing):
    kind: Literal["top_views"]
    """Paths from above, of TO alone and of policies on the same instances: a row per experiment."""
    experiments: Annotated[tuple[str, ...], Field(min_length=1)]
    """Some of `experiments`, each with one n_traj; last iteration, longest training, first seed."""
    methods: Annotated[tuple[str, ...], Field(min_length=1)]
    """Methods that all of them have, a column for each."""
    action_length: PositiveInt
    """T_a of the diffusion policies."""
    instances: PositiveInt = 10
    """How many: the first evaluation instances, or all if they are fewer."""

    def check(self, config: Computation, where: str) -> None:
        for name in self.experiments:
            experiment = needs.one_n_traj(config, where, name)
            needs.methods(where, self.methods, experiment)
            for method in self.methods:
                limit = config.method(experiment.task, method).policy
                if limit.predicts_chunks and self.action_length > limit.max_action_length:
                    raise ValueError(
                        f"{where}.action_length: {self.action_length} exceeds "
                        f"T_p - T_h = {limit.max_action_length} of method {method}"
                    )

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        values = captions.of_experiments(config, self.experiments)
        return {**values, "action_length": f"{self.action_length}"}

    def artefacts(self, results: Results) -> Artefacts:
        instances = min(self.instances, results.config.evaluation.instances)
        paths: list[Artefact] = []
        for name in self.experiments:
            alone = results.solver_paths(name, instances)
            policies = [
                results.policy_paths(name, method, self.action_length, instances) for method in self.methods
            ]
            paths += [each.labelled(row=name) for each in (alone, *policies)]
        return tuple(paths)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A row of panels for each experiment, a column for TO alone and for each method.

        Args:
            rows: of stage `paths`, labelled with the experiment as `row`.
            style: labels, colours, titles of tasks.
        """
        import matplotlib.pyplot as plt
        import numpy as np

        methods = [TO_ALONE, *self.methods]
        x, y = _limits(rows)
        height = WIDTH * np.ptp(y) / np.ptp(x)
        figure, axes = plt.subplots(
            len(self.experiments),
            len(methods),
            figsize=(WIDTH * len(methods) + 0.6, height * len(self.experiments) + 0.8),
            sharex=True,
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
        for line, name in zip(axes, self.experiments, strict=True):
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
    from matplotlib.patches import Circle

    from sobolev_diffusion.figures.trajectories import points

    for _, path in rows[rows.series == "path"].groupby("instance"):
        point = path.pivot(index="time", columns="name", values="value")
        axis.plot(point.x, point.y, color=colour, linewidth=1, alpha=0.8)
        axis.plot(point.x.iloc[:1], point.y.iloc[:1], "o", color=colour, markersize=2.5)
    goals = points(rows[rows.series == "goal"])
    axis.plot(goals.x, goals.y, "k*", markersize=4, linestyle="none")
    column: Any
    for column in points(rows[rows.series == "column"]).itertuples():
        axis.add_patch(Circle((column.x, column.y), column.radius, color="0.6", linewidth=0))
    axis.set_aspect("equal")
