"""What tables show of evaluations: text cells, each a mean with its interval over seeds, or a share."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

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


def cells(evaluations: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A row per condition: the columns that tell it apart, then one of text for each that was evaluated.

    Args:
        evaluations: a row per instance; without refining it has no columns of it.
        by: columns that tell the conditions apart.
    """
    evaluated = [column for column in COLUMNS if column in evaluations]
    summaries = {column: over_seeds(evaluations, by, column) for column in evaluated}
    conditions = summaries[evaluated[0]][list(by)]  # those of all, in the same order
    text = {
        COLUMNS[column]: [_cell(row, column) for row in summary.itertuples()]
        for column, summary in summaries.items()
    }
    return conditions.assign(**text)


def _cell(row: tuple, column: str) -> str:
    if pd.isna(row.mean):
        return "-"
    if column in SHARES:
        return f"{100 * row.mean:.0f}%"
    return f"{row.mean:.3g} [{row.low:.3g}, {row.high:.3g}]"
