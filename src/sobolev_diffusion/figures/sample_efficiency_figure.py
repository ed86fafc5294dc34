"""Fig. 1: mean cost of the policy against the number of trajectories it learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat, PositiveInt
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.evaluations import CONDITION, at_action_length
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style


class SampleEfficiencyFigure(FigureDrawing):
    kind: Literal["sample_efficiency"]
    """Mean policy cost against n_traj."""
    experiment: str
    """One of `experiments`."""
    action_lengths: tuple[PositiveInt, ...]
    """T_a of the panels."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""

    def check(self, config: Computation, where: str) -> None:
        needs.experiment(config, where, self.experiment)
        for length in self.action_lengths:
            needs.evaluated(config, f"{where}.action_lengths", self.experiment, length)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_experiments(config, [self.experiment])

    def artefacts(self, results: Results) -> Artefacts:
        return results.evaluations(self.experiment)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A panel for each T_a.

        Args:
            rows: evaluations, a row per instance and T_a.
            style: labels, colours and titles.
        """
        import pandas as pd

        from sobolev_diffusion.figures.curves import Quantity, draw_means

        summary = summarise(rows)
        drawn = pd.concat(
            at_action_length(summary, length).assign(panel=length) for length in self.action_lengths
        )
        panels: dict[int, tuple[str, Quantity]] = {
            length: (f"mean cost, $T_a$ = {length}", "cost") for length in self.action_lengths
        }
        across = min(2, len(panels))
        figure = draw_means(drawn, "n_traj", panels, style, self.cost_limit, across)
        task = rows.task.iloc[0]
        figure.suptitle(style.tasks.get(task, task))
        return figure, drawn


def summarise(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Mean policy cost for each method, n_traj, epochs and T_a; TO alone as a row without them.

    Args:
        evaluations: a row per instance, of an experiment's policies and of TO alone; of policies, the last
            iteration counts.

    Returns:
        Columns: method, n_traj, epochs, action_length, mean, low, high, seeds.
    """
    import pandas as pd

    from sobolev_diffusion.figures.over_seeds import over_seeds

    alone = evaluations[evaluations.method == TO_ALONE]
    policies = evaluations[evaluations.method != TO_ALONE]
    policies = policies[policies.iteration == policies.iteration.max()]
    return pd.concat(
        [
            over_seeds(alone, ["method"], "cost"),
            over_seeds(policies, CONDITION, "policy_cost"),
        ],
        ignore_index=True,
    )[[*CONDITION, "mean", "low", "high", "seeds"]]
