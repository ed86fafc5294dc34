"""Panels of Fig. 2 and 3: one quantity each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.over_seeds import over_seeds

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.curves import Quantity

PANELS: dict[str, tuple[str, Quantity]] = {
    "policy_cost": ("policy mean cost", "cost"),
    "cost": ("refined mean cost", "cost"),
    "iterations": ("solver iterations", "count"),
    "converged": ("refinements converged", "share"),
    "rejected": ("instances rejected\nwhile collecting", "share"),
}
"""What can be shown, in this order: title and quantity."""


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
