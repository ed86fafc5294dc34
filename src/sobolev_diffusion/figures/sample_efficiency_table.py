"""The numbers behind Fig. 1: policy cost, and what refining from the policy costs and gains."""

from __future__ import annotations

import pandas as pd

from sobolev_diffusion.config import SampleEfficiencyTable
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.evaluation_cells import cells, whole_numbers
from sobolev_diffusion.figures.sample_efficiency import CONDITION
from sobolev_diffusion.figures.style import Style


def make(evaluations: pd.DataFrame, _: SampleEfficiencyTable, style: Style) -> pd.DataFrame:
    """A row per method, n_traj, epochs and T_a, cells "mean [low, high]" over seeds; TO alone first."""
    last = evaluations.iteration.isna() | (evaluations.iteration == evaluations.iteration.max())
    table = cells(evaluations[last], CONDITION)
    known = [TO_ALONE, *style.methods]
    others = sorted(set(table.method) - set(known))
    order = {name: rank for rank, name in reversed(list(enumerate([*known, *others])))}
    table = table.sort_values(by=list(CONDITION), key=lambda c: c.map(order) if c.name == "method" else c)
    table["method"] = [style.label(name) for name in table.method]
    for column in CONDITION[1:]:
        table[column] = whole_numbers(table[column])
    return table.rename(columns={"n_traj": "trajectories", "action_length": "T_a"})
