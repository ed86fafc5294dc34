"""The numbers behind Fig. 1: policy cost, and what refining from the policy costs and gains."""

from __future__ import annotations

import pandas as pd

from sobolev_diffusion.artefact import TO_ALONE
from sobolev_diffusion.config import SampleEfficiencyTable
from sobolev_diffusion.figures.sample_efficiency import CONDITION
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.stats import over_seeds

COLUMNS = {
    "policy_cost": "policy cost",
    "policy_reached": "policy reaches goal",
    "cost": "refined cost",
    "iterations": "iterations",
    "converged": "converged",
    "stalled": "stalled",
    "violation": "violation",
}
SHARES = ("policy_reached", "converged", "stalled")


def make(evaluations: pd.DataFrame, _: SampleEfficiencyTable, style: Style) -> pd.DataFrame:
    """A row per method, n_traj, epochs and T_a, cells "mean [low, high]" over seeds; TO alone first."""
    last = evaluations.iteration.isna() | (evaluations.iteration == evaluations.iteration.max())
    evaluations = evaluations[last]
    table: pd.DataFrame | None = None
    for column, title in COLUMNS.items():
        summary = over_seeds(evaluations, CONDITION, column)
        summary[title] = [cell(row, column) for row in summary.itertuples()]
        summary = summary[[*CONDITION, title]]
        table = summary if table is None else table.merge(summary, on=list(CONDITION))
    assert table is not None
    known = [TO_ALONE, *style.methods]
    others = sorted(set(table.method) - set(known))
    order = {name: rank for rank, name in reversed(list(enumerate([*known, *others])))}
    table = table.sort_values(by=list(CONDITION), key=lambda c: c.map(order) if c.name == "method" else c)
    table["method"] = [style.label(name) for name in table.method]
    for column in CONDITION[1:]:
        table[column] = ["" if pd.isna(value) else f"{int(value)}" for value in table[column]]
    return table.rename(columns={"n_traj": "trajectories", "action_length": "T_a"})


def cell(row: tuple, column: str) -> str:
    """The text of one cell, from a row of `over_seeds` of this column."""
    if pd.isna(row.mean):
        return "-"
    numbers = (row.mean, row.low, row.high)
    if column in SHARES:
        return f"{100 * row.mean:.0f}%"
    return "{} [{}, {}]".format(*(f"{number:.3g}" for number in numbers))
