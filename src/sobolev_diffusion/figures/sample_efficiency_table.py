"""The numbers behind Fig. 1: policy cost, and what refining from the policy costs and gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.evaluations import CONDITION
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style


class SampleEfficiencyTable(TableDrawing):
    kind: Literal["sample_efficiency"]
    """Every number of an experiment, means and intervals over seeds."""
    experiment: str
    """One of `experiments`."""

    def check(self, config: Computation, where: str) -> None:
        needs.experiment(config, where, self.experiment)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_experiments(config, [self.experiment])

    def artefacts(self, results: Results) -> Artefacts:
        return results.evaluations(self.experiment)

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """A row per method, n_traj, epochs and T_a, cells "mean [low, high]" over seeds; TO alone first."""
        from sobolev_diffusion.figures.evaluation_cells import cells, whole_numbers

        last = rows.iteration.isna() | (rows.iteration == rows.iteration.max())
        table = cells(rows[last], CONDITION)
        ranks = style.ranks(table.method)
        table = table.sort_values(by=list(CONDITION), key=lambda c: c.map(ranks) if c.name == "method" else c)
        table["method"] = [style.label(name) for name in table.method]
        for column in CONDITION[1:]:
            table[column] = whole_numbers(table[column])
        return table.rename(columns={"n_traj": "trajectories", "action_length": "T_a"})
