"""Fig. 4: paths among the columns from above, TO alone and policies on the same instances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveInt
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.evaluations import at_action_length
from sobolev_diffusion.figures.results import Artefact, Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style

Interval = tuple[float, float]

WIDTH = 2.3  # inches, of a panel
TOUCH = "touches a column"
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
            judged = [  # they tell what touches a column
                each
                for method in self.methods
                for each in results.longest_evaluations(name, method, seeds=[results.config.first_seed])
            ]
            paths += [each.labelled(row=name) for each in (alone, *judged, *policies)]
        return tuple(paths)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A row of panels for each experiment, a column for TO alone and for each method.

        Args:
            rows: of stage `paths`, and evaluations of the policies, which tell what touches a column;
                labelled with the experiment as `row`.
            style: labels, colours, titles of tasks.
        """
        import numpy as np
        import seaborn as sns

        from sobolev_diffusion.figures import theme  # noqa: F401 how it looks

        evaluated = at_action_length(rows[rows.series.isna()], self.action_length)
        rows = rows[rows.series.notna()].dropna(axis="columns", how="all")
        methods = [TO_ALONE, *self.methods]
        x, y = _limits(rows)
        paths = rows[rows.series == "path"].pivot(
            index=["row", "method", "instance", "time"], columns="name", values="value"
        )
        grid = sns.relplot(
            paths.reset_index(), kind="line", x="x", y="y", units="instance", estimator=None, sort=False,
            row="row", row_order=self.experiments, col="method", col_order=methods, hue="method",
            palette={name: style.methods[name].colour for name in methods}, legend=False,
            linewidth=1, alpha=0.8, height=WIDTH * np.ptp(y) / np.ptp(x), aspect=np.ptp(x) / np.ptp(y),
        )  # fmt: skip
        for (row, method), axis in grid.axes_dict.items():
            here = (rows.row == row) & (rows.method == method)
            part, judged = rows[here], evaluated[(evaluated.row == row) & (evaluated.method == method)]
            touching = judged.instance[judged.policy_clearance <= 0]
            _mark(axis, part, paths.loc[row, method], touching)
            task = part.task.iloc[0]
            axis.set_title(style.label(method) if row == self.experiments[0] else "")
            axis.set_ylabel(f"{style.tasks.get(task, task)}\ny (m)" if method == TO_ALONE else "", fontsize=7)
        grid.set(xlim=x, ylim=y, aspect="equal", xlabel="x (m)")
        grid.figure.set_layout_engine("constrained")
        grid.figure.legend(*axis.get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return grid.figure, rows


def _limits(rows: pd.DataFrame) -> tuple[Interval, Interval]:
    """What is worth seeing in x and y: columns, goals and the paths of TO alone."""
    seen = rows[(rows.method == TO_ALONE) | (rows.series == "goal")]
    ends = seen[seen.name.isin(["x", "y"])].groupby("name").value.agg(["min", "max"])
    x, y = ((low - MARGIN, high + MARGIN) for low, high in ends.loc[["x", "y"]].to_numpy())
    return x, y


def _mark(axis: Axes, rows: pd.DataFrame, paths: pd.DataFrame, touching: Iterable[int]) -> None:
    """Columns, starts, goals, and where a path of those that touch a column comes nearest to one."""
    import numpy as np
    from matplotlib.patches import Circle

    from sobolev_diffusion.figures.trajectories import points

    columns, goals = points(rows[rows.series == "column"]), points(rows[rows.series == "goal"])
    starts = paths.groupby("instance").first()
    touches = [_nearest(paths.xs(each), columns) for each in set(touching) & set(starts.index)]
    axis.plot(starts.x, starts.y, "o", color="0.3", markersize=2.5, label="start")
    axis.plot(goals.x, goals.y, "k*", markersize=4, label="goal")
    axis.plot(*np.reshape(touches, (-1, 2)).T, "kx", markersize=6, markeredgewidth=1.5, label=TOUCH)
    column: Any
    for number, column in enumerate(columns.itertuples()):
        label = "_" if number else "column"
        axis.add_patch(Circle((column.x, column.y), column.radius, color="0.7", linewidth=0, label=label))


def _nearest(path: Any, columns: pd.DataFrame) -> tuple[float, float]:
    """Where a path comes nearest to a column."""
    import numpy as np

    x, y = path.x.to_numpy(), path.y.to_numpy()
    away = np.hypot(x[:, None] - columns.x.to_numpy(), y[:, None] - columns.y.to_numpy())
    step = (away - columns.radius.to_numpy()).min(axis=1).argmin()
    return x[step], y[step]
