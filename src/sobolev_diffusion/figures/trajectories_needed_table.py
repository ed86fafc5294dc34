"""From how many trajectories on a policy is as good as the solver alone, and the ratio of two methods."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sobolev_diffusion.artefact import TO_ALONE
from sobolev_diffusion.config import TrajectoriesNeededTable
from sobolev_diffusion.figures.sample_efficiency import at_action_length
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.stats import bootstrap


def make(rows: pd.DataFrame, spec: TrajectoriesNeededTable, style: Style) -> pd.DataFrame:
    """A row per panel: the number of each method, and how many times more the first needs than the second.

    The number is the smallest n_traj that was tried from which on the mean policy cost, over seeds and
    instances, is at most (1 + margin) times that of TO alone; "> n" where the largest is not enough. The
    interval of the ratio is that of a bootstrap over seeds; with a number not reached it is a lower bound.

    Args:
        rows: evaluations labelled with their panel as `row`.
        spec: panels, methods and margin.
        style: labels.
    """
    table = []
    for title, panel in spec.panels.items():
        part = at_action_length(rows[rows.row == title], panel.action_length)
        costs = _seed_means(part)
        largest = int(part.n_traj.max())
        more, fewer = (_needed(costs, method, spec.margin) for method in spec.methods)
        table.append(
            {
                "panel": title,
                "T_a": f"{panel.action_length}",
                "cost to reach": f"{(1 + spec.margin) * costs[TO_ALONE].to_numpy().mean():.4g}",
                **{
                    f"{style.label(method)}: trajectories": _number(needed, largest)
                    for method, needed in zip(spec.methods, (more, fewer), strict=True)
                },
                f"{style.label(spec.methods[0])} / {style.label(spec.methods[1])}": _ratio(
                    costs, spec, largest, more
                ),
            }
        )
    return pd.DataFrame(table)


def _seed_means(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Method -> mean cost by seed (rows) and n_traj (columns, ascending); one column for TO alone."""
    means = {TO_ALONE: rows[rows.method == TO_ALONE].groupby("seed").cost.mean().to_frame()}
    for method, part in rows[rows.method != TO_ALONE].groupby("method"):
        means[method] = part.pivot_table(index="seed", columns="n_traj", values="policy_cost")
    return means


def _needed(
    costs: dict[str, pd.DataFrame], method: str, margin: float, seeds: np.ndarray | None = None
) -> float:
    """The number of trajectories of a method, on some seeds (all by default, some of them repeatedly);
    infinite where the largest is not enough."""
    seeds = costs[TO_ALONE].index if seeds is None else seeds
    limit = (1 + margin) * costs[TO_ALONE].loc[seeds].to_numpy().mean()
    good = costs[method].loc[seeds].mean() <= limit
    stays_good = good[::-1].cummin()[::-1]
    return float(stays_good.idxmax()) if stays_good.any() else math.inf


def _number(needed: float, largest: int) -> str:
    return f"{needed:.0f}" if math.isfinite(needed) else f"> {largest}"


def _ratio(costs: dict[str, pd.DataFrame], spec: TrajectoriesNeededTable, largest: int, more: float) -> str:
    """Ratio and interval; where the first method never gets there, from the largest number tried."""

    def value(seeds: np.ndarray) -> float:
        more, fewer = (_needed(costs, method, spec.margin, seeds) for method in spec.methods)
        if math.isinf(fewer):
            return math.nan
        return min(more, largest) / fewer

    seeds = costs[TO_ALONE].index.to_numpy()
    ratio = value(seeds)
    if math.isnan(ratio):
        return "-"
    low, high = bootstrap(seeds, value)
    sign = "" if math.isfinite(more) else "> "
    return f"{sign}{ratio:.3g} [{low:.3g}, {high:.3g}]"
