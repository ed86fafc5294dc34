"""What tables show of evaluations: text cells, means with intervals over seeds, medians or shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from sobolev_diffusion.figures.evaluations import among_obstacles
from sobolev_diffusion.figures.over_seeds import over_seeds


class Shown(NamedTuple):
    column: str
    """Of the evaluations."""
    title: str
    as_: Literal["mean", "median", "share"]


SHOWN = (
    Shown("policy_cost", "policy cost", "mean"),
    Shown("policy_cost", "median", "median"),  # one rollout that falls outweighs 49 that do not
    Shown("policy_reached", "policy reaches goal", "share"),
    Shown("policy_touching", "policy touches an obstacle", "share"),
    Shown("policy_end", "median distance at the end", "median"),
    Shown("cost", "refined cost", "mean"),
    Shown("iterations", "iterations", "mean"),
    Shown("iterations", "median iterations", "median"),
    Shown("converged", "converged", "share"),
    Shown("stalled", "stalled", "share"),
    Shown("violation", "violation", "mean"),
)


def cells(evaluations: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A row per condition: the columns that tell it apart, then those of SHOWN that were evaluated.

    Args:
        evaluations: a row per instance; without refining it has no columns of it.
        by: columns that tell conditions apart; empty where there is none, as without training no epochs.
    """
    absent = [name for name in by if name not in evaluations]
    evaluations = among_obstacles(evaluations.assign(**dict.fromkeys(absent)))
    shown = [each for each in SHOWN if each.column in evaluations]
    conditions = evaluations.groupby(list(by), dropna=False).size().reset_index()[list(by)]
    text = {each.title: _text(evaluations, by, each) for each in shown}
    return conditions.assign(**text)


def whole_numbers(values: pd.Series) -> list[str]:
    """Cells of a column that tells conditions apart, empty where a row has none: TO alone has no T_a."""
    return ["" if pd.isna(value) else f"{int(value)}" for value in values]


def _text(evaluations: pd.DataFrame, by: Sequence[str], shown: Shown) -> list[str]:
    """The cells of a column, in the order of `over_seeds`."""
    if shown.as_ == "median":
        medians = evaluations.groupby(list(by), dropna=False)[shown.column].median()
        return ["-" if pd.isna(median) else f"{median:.4g}" for median in medians]
    return [_mean_text(row, shown.as_) for row in over_seeds(evaluations, by, shown.column).itertuples()]


def _mean_text(row: Any, as_: str) -> str:
    if pd.isna(row.mean):
        return "-"
    if as_ == "share":
        return f"{100 * row.mean:.0f}%"
    return f"{row.mean:.3g} [{row.low:.3g}, {row.high:.3g}]"
