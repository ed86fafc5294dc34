"""Performance profiles: the share of instances that have a good trajectory after some seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import FLOOR, TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.profiled import Profiled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style

COLUMNS = 3  # panels side by side
NEVER = 1e9  # seconds, drawn beyond the end of every panel


class ProfilesFigure(Profiled, FigureDrawing):
    kind: Literal["profiles"]
    """Share of instances solved within a time, a panel per task: TO alone, every method, and what any guess
    can be worth."""
    gap: PositiveFloat = 0.01
    """How far above the best known cost a trajectory may be to count, as a fraction of it."""

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return {**super().caption_values(config), "gap": f"{100 * self.gap:g}%"}

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A panel for each task; the numbers are the seconds of every instance.

        Args:
            rows: profiles and best known costs, labelled with their timing as `row`.
            style: labels, colours and titles.
        """
        import pandas as pd
        import seaborn as sns
        from matplotlib.ticker import PercentFormatter

        from sobolev_diffusion.figures.quality import first_within
        from sobolev_diffusion.figures.theme import logarithmic

        parts = self.parts(rows, style)
        solved = pd.concat(
            [first_within(iterates, best, self.gap).assign(panel=title) for title, iterates, best in parts],
            ignore_index=True,
        )
        there = set(solved.method)
        methods = [*(name for name in style.methods if name != TO_ALONE), TO_ALONE, FLOOR]
        looks = {name: (style.label(name), style.methods[name].colour, "-") for name in methods[:-1]}
        looks[FLOOR] = ("floor: from the solution, disturbed", "0.5", ":")
        labels, colours, dashes = map(
            list, zip(*(looks[name] for name in methods if name in there), strict=True)
        )
        # every curve goes on to the end of its panel
        ends = solved[["panel", "method"]].drop_duplicates().assign(seconds=NEVER, weight=0.0)
        shown = pd.concat([solved.assign(weight=1.0), ends], ignore_index=True)
        shown = shown.assign(
            milliseconds=1e3 * shown.seconds.clip(upper=NEVER),
            label=shown.method.map({name: look[0] for name, look in looks.items()}),
        )
        grid = sns.FacetGrid(
            shown, col="panel", col_wrap=min(COLUMNS, len(self.timings)), height=2.1, aspect=1.4,
            sharex=False, hue="label", hue_order=labels, palette=colours, hue_kws={"linestyle": dashes},
        )  # fmt: skip
        grid.map_dataframe(sns.ecdfplot, x="milliseconds", weights="weight", linewidth=1.3)
        for title, axis in grid.axes_dict.items():
            times = 1e3 * solved.seconds[(solved.panel == title) & (solved.seconds < NEVER)]
            axis.set(title=title, xlim=(times.min() / 1.5, times.max() * 1.5), ylim=(0, 1.03))
            logarithmic(axis, "x")
        axis.yaxis.set_major_formatter(PercentFormatter(1.0))  # of all: they share it
        grid.set_axis_labels("milliseconds", "instances solved")
        lines = {line.get_label(): line for axis in grid.axes.flat for line in axis.lines}
        grid.figure.set_layout_engine("constrained")
        grid.figure.legend(
            [lines[label] for label in labels], labels, loc="outside lower center", ncols=COLUMNS
        )
        return grid.figure, solved[["panel", "method", "instance", "iteration", "seconds"]]
