"""Fig. 3: policies and their refinement against T_a, after the last iteration of Algorithm 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style

SHOWN = ("policy_cost", "cost", "iterations", "converged")


class ActionLengthFigure(FigureDrawing):
    kind: Literal["action_lengths"]
    """Against T_a, last iteration: cost before and after refining, solver iterations, convergence."""
    experiment: str
    """One of `experiments`, with one n_traj; its longest trainings are drawn."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""

    def check(self, config: Computation, where: str) -> None:
        needs.one_n_traj(config, where, self.experiment)
        needs.refined(config, where, self.experiment)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_experiments(config, [self.experiment])

    def artefacts(self, results: Results) -> Artefacts:
        return results.evaluations(self.experiment)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A panel for each quantity.

        Args:
            rows: evaluations, a row per instance and T_a.
            style: labels, colours and titles.
        """
        from sobolev_diffusion.figures.curves import draw_means
        from sobolev_diffusion.figures.panels import PANELS

        summary = summarise(rows)
        panels = {name: PANELS[name] for name in SHOWN}
        figure = draw_means(summary, "action_length", panels, style, self.cost_limit, across=len(panels))
        task = rows.task.iloc[0]
        figure.suptitle(style.tasks.get(task, task))
        return figure, summary


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Means and intervals over seeds of every panel, last iteration.

    Args:
        rows: evaluations, a row per instance and T_a.

    Returns:
        Columns: panel, method, epochs, action_length, mean, low, high, seeds; TO alone has no T_a.
    """
    import pandas as pd

    from sobolev_diffusion.figures import panels

    rows = rows[(rows.method == TO_ALONE) | (rows.iteration == rows.iteration.max())]
    return pd.concat([panels.means(rows, "action_length", panel) for panel in SHOWN], ignore_index=True)
