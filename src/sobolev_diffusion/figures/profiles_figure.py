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
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from sobolev_diffusion.figures.style import Dash, Style

COLUMNS = 3  # panels side by side
WIDE = 300  # of the times of a panel, the largest over the smallest: more labels would touch


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
        import matplotlib.pyplot as plt
        import pandas as pd

        from sobolev_diffusion.figures.quality import first_within

        lines = -(-len(self.timings) // COLUMNS)
        across = min(len(self.timings), COLUMNS)
        figure, axes = plt.subplots(
            lines, across, figsize=(2.8 * across, 2.2 * lines + 0.4), layout="constrained", squeeze=False
        )
        for axis in axes.flat[len(self.timings) :]:
            axis.set_axis_off()
        drawn = []
        for number, (title, iterates, best) in enumerate(self.parts(rows, style)):
            axis = axes.flat[number]
            solved = first_within(iterates, best, self.gap)
            _draw_panel(axis, solved, style)
            axis.set_title(title, fontsize=8)
            if number + across >= len(self.timings):  # nothing below
                axis.set_xlabel("milliseconds")
            drawn.append(solved.assign(panel=title))
        for axis in axes[:, 0]:
            axis.set_ylabel("instances solved")
        shown = pd.concat(drawn, ignore_index=True)
        figure.legend(handles=_legend(shown, style), loc="outside lower center", ncols=COLUMNS)
        return figure, shown[["panel", "method", "instance", "iteration", "seconds"]]


def _draw_panel(axis: Axes, solved: pd.DataFrame, style: Style) -> None:
    import numpy as np
    from matplotlib.ticker import LogLocator, NullLocator, PercentFormatter, StrMethodFormatter

    reached = 1e3 * solved.seconds[np.isfinite(solved.seconds)]
    start, end = reached.min() / 1.5, reached.max() * 1.5
    for method, colour, dash in _curves(solved, style):
        times = np.sort(1e3 * solved[solved.method == method].seconds.to_numpy())
        in_time = times[np.isfinite(times)]
        at = np.concatenate([[start], in_time, [end]])
        share = np.arange(len(in_time) + 1) / len(times)
        axis.step(at, np.append(share, share[-1]), where="post", color=colour, linestyle=dash, linewidth=1.3)
    axis.set_xlim(start, end)
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(LogLocator(subs=(1,) if end / start > WIDE else (1, 3)))
    axis.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_ylim(0, 1.03)
    axis.yaxis.set_major_formatter(PercentFormatter(1.0))


def _curves(solved: pd.DataFrame, style: Style) -> list[tuple[str, str, Dash]]:
    """Method, colour and dashes of what is there, TO alone and the floor last."""
    there = set(solved.method)
    curves: list[tuple[str, str, Dash]] = [
        (name, looks.colour, "-") for name, looks in style.methods.items() if name in there
    ]
    curves.sort(key=lambda curve: curve[0] == TO_ALONE)
    return curves + ([(FLOOR, "0.5", ":")] if FLOOR in there else [])


def _legend(solved: pd.DataFrame, style: Style) -> list[Line2D]:
    from matplotlib.lines import Line2D

    labels = {FLOOR: "floor: from the solution, disturbed"}
    return [
        Line2D([], [], color=colour, linestyle=dash, label=labels.get(method) or style.label(method))
        for method, colour, dash in _curves(solved, style)
    ]
