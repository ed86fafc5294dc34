"""Panels of Fig. 2 and 3: one quantity each, a curve per method and training length."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.curves import draw_curves
from sobolev_diffusion.figures.over_seeds import over_seeds
from sobolev_diffusion.figures.style import Style

TITLES = {
    "policy_cost": "policy mean cost",
    "cost": "refined mean cost",
    "iterations": "solver iterations",
    "converged": "refinements converged",
    "rejected": "instances rejected\nwhile collecting",
}
"""What can be shown, in the order of the panels."""
SHARES = ("converged", "rejected")
COSTS = ("policy_cost", "cost")


def means(rows: pd.DataFrame, x: str, panel: str) -> pd.DataFrame:
    """Means and intervals over seeds of one quantity.

    Args:
        rows: a row per instance, with a column named as the panel.
        x: the column of the horizontal axis.

    Returns:
        Columns: panel, method, epochs, x, mean, low, high, seeds; TO alone has no x, and no cost of a
        policy.
    """
    if panel == "policy_cost":
        rows = rows[rows.method != TO_ALONE]
    condition = ["method", "epochs", x]
    return over_seeds(rows, condition, panel).assign(panel=panel)[
        ["panel", *condition, "mean", "low", "high", "seeds"]
    ]


def draw_panel(axis: Axes, rows: pd.DataFrame, x: str, style: Style, cost_limit: float) -> None:
    """One quantity.

    Args:
        axis: to draw in.
        rows: from `means`, of one panel.
        x: the column of the horizontal axis.
        style: colours and marks.
        cost_limit: top of the logarithmic scale of costs; means above it are marks there.
    """
    (panel,) = rows.panel.unique()
    top = cost_limit if panel in COSTS else np.inf
    floor = 0.8 * rows["mean"].min() if panel in COSTS else -np.inf
    for method, looks in style.methods.items():
        curves = rows[rows.method == method]
        if method == TO_ALONE:
            for mean in curves["mean"].to_numpy(float):
                axis.axhline(min(mean, top), color=looks.colour, linewidth=1.5, zorder=1)
            continue
        draw_curves(axis, curves, x, looks, floor=floor, top=top)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_title(TITLES[panel], fontsize=9)
    if panel in COSTS:
        axis.set_yscale("log")
        axis.set_ylim(floor, top)
    elif panel in SHARES:
        axis.yaxis.set_major_formatter(PercentFormatter(1.0))
        axis.set_ylim(-0.03, 1.03)
    else:
        axis.set_ylim(bottom=0)
