"""Performance profiles: the share of instances that have a good trajectory after some seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import FLOOR, TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat, PositiveInt, known
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from sobolev_diffusion.figures.style import Dash, Style

COLUMNS = 4  # panels side by side


class ProfilesFigure(FigureDrawing):
    kind: Literal["profiles"]
    """Share of instances solved within a time, a panel per task: TO alone, every method, and what any guess
    can be worth."""
    timings: Annotated[dict[str, PositiveInt], Field(min_length=1)]
    """One of `timings` -> T_a; its methods and instances."""
    titles: dict[str, str] = {}
    """Titles of panels, by timing; by default those of the tasks."""
    gap: PositiveFloat = 0.01
    """How far above the best known cost a trajectory may be to count, as a fraction of it."""

    def check(self, config: Computation, where: str) -> None:
        needs.timings(config, where, self.timings)
        for name in self.titles:
            known(f"{where}.titles", name, self.timings)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return {**captions.of_timings(config, self.timings), "gap": f"{100 * self.gap:g}%"}

    def artefacts(self, results: Results) -> Artefacts:
        return profiles_and_best_known(results, self.timings)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A panel for each task; the numbers are the seconds of every instance.

        Args:
            rows: profiles and best known costs, labelled with their timing as `row`.
            style: labels, colours and titles.
        """
        import matplotlib.pyplot as plt
        import pandas as pd

        from sobolev_diffusion.figures.quality import first_within, split

        lines = -(-len(self.timings) // COLUMNS)
        across = min(len(self.timings), COLUMNS)
        figure, axes = plt.subplots(
            lines, across, figsize=(2.8 * across, 2.2 * lines + 0.4), layout="constrained", squeeze=False
        )
        drawn = []
        for axis in axes.flat[len(self.timings) :]:
            axis.set_axis_off()
        for axis, name in zip(axes.flat, self.timings, strict=False):
            part = rows[rows.row == name]
            task = part.task.iloc[0]
            solved = first_within(*split(part), self.gap)
            _draw_panel(axis, solved, style)
            title = self.titles.get(name) or style.tasks.get(task, task)
            axis.set_title(title, fontsize=8)
            drawn.append(solved.assign(panel=title))
        for axis in axes[-1]:
            axis.set_xlabel("seconds")
        for axis in axes[:, 0]:
            axis.set_ylabel("instances solved")
        shown = pd.concat(drawn, ignore_index=True)
        figure.legend(handles=_legend(shown, style), loc="outside lower center", ncols=5)
        return figure, shown[["panel", "method", "instance", "iteration", "seconds"]]


def profiles_and_best_known(results: Results, timings: Mapping[str, int]) -> Artefacts:
    """The profiles of timings at their T_a, and best known costs of their instances, labelled as `row`."""
    config, artefacts = results.config, []
    for name, length in timings.items():
        task = config.experiments[config.timings[name].experiment].task
        each = [results.profile(name, length), results.best_known(task, config.first_seed)]
        artefacts += [artefact.labelled(row=name) for artefact in each]
    return tuple(artefacts)


def _draw_panel(axis: Axes, solved: pd.DataFrame, style: Style) -> None:
    import numpy as np
    from matplotlib.ticker import PercentFormatter

    reached = solved.seconds[np.isfinite(solved.seconds)]
    start, end = reached.min() / 1.5, reached.max() * 1.5
    for method, colour, dash in _curves(solved, style):
        seconds = np.sort(solved[solved.method == method].seconds.to_numpy())
        solved_by = np.arange(len(seconds) + 1) / len(seconds)
        at = np.concatenate([[start], np.minimum(seconds, end), [end]])
        share = np.append(solved_by[: len(seconds) + 1], solved_by[np.isfinite(seconds).sum()])
        share = np.minimum(share, share[-1])  # what is never solved
        axis.step(at, share, where="post", color=colour, linestyle=dash, linewidth=1.3)
    axis.set_xlim(start, end)
    axis.set_xscale("log")
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
