"""Fig. 2: policies and their refinement over the iterations of Algorithm 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.section import PositiveFloat, PositiveInt
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.evaluations import at_action_length
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style


class IterationsFigure(FigureDrawing):
    kind: Literal["iterations"]
    """Over the iterations of Algorithm 1: cost before and after refining, solver iterations, rejections."""
    experiment: str
    """One of `experiments`, with one n_traj; its longest trainings are drawn."""
    action_length: PositiveInt
    """T_a of the diffusion policies."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""

    def check(self, config: Computation, where: str) -> None:
        needs.one_n_traj(config, where, self.experiment)
        needs.evaluated(config, f"{where}.action_length", self.experiment, self.action_length)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        values = captions.of_experiments(config, [self.experiment])
        return {**values, "action_length": f"{self.action_length}"}

    def artefacts(self, results: Results) -> Artefacts:
        return (*results.evaluations(self.experiment), *results.collections(self.experiment))

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A panel for each quantity.

        Args:
            rows: see `summarise`.
            style: labels, colours and titles.
        """
        from sobolev_diffusion.figures.curves import draw_means
        from sobolev_diffusion.figures.panels import PANELS

        summary = summarise(rows, self.action_length)
        figure = draw_means(summary, "iteration", PANELS, style, self.cost_limit, across=3)
        task = rows.task.iloc[0]
        figure.suptitle(f"{style.tasks.get(task, task)}, $T_a$ = {self.action_length}")
        return figure, summary


def summarise(rows: pd.DataFrame, action_length: int) -> pd.DataFrame:
    """Means and intervals over seeds of every panel.

    Args:
        rows: evaluations, a row per instance and T_a, and what was collected, a row per instance of an
            iteration (told apart by `learnt_from`).
        action_length: T_a of the diffusion policies.

    Returns:
        Columns: panel, method, epochs, iteration, mean, low, high, seeds; TO alone has no iteration.
    """
    import pandas as pd

    from sobolev_diffusion.figures import panels

    collected = rows[rows.learnt_from.notna()]
    collected = collected.assign(rejected=collected.learnt_from == "none")
    evaluations = at_action_length(rows[rows.learnt_from.isna()], action_length)
    parts = [
        panels.means(collected if panel == "rejected" else evaluations, "iteration", panel)
        for panel in panels.PANELS
    ]
    return pd.concat(parts, ignore_index=True)
