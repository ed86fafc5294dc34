"""Rows of evaluations: what tells policies apart, which rows are compared, what else can be said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sobolev_diffusion.config.methods import TO_ALONE

if TYPE_CHECKING:
    import pandas as pd

CONDITION = ("method", "n_traj", "epochs", "action_length")
"""Columns that tell the policies of an experiment apart."""


def at_action_length(rows: pd.DataFrame, action_length: int) -> pd.DataFrame:
    """The rows of TO alone, of direct policies, and of diffusion policies at this T_a."""
    direct = rows.groupby("method").action_length.transform("max") == 1
    return rows[(rows.method == TO_ALONE) | direct | (rows.action_length == action_length)]


def among_obstacles(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Where something stands in the way, with the columns `policy_touching`, whether a rollout touches it or
    gave no result, and `policy_end`, how far from the goal it ends (m)."""
    if "policy_clearance" not in evaluations or evaluations.policy_clearance.isna().all():
        return evaluations
    touches = (~(evaluations.policy_clearance > 0)).astype(float)
    return evaluations.assign(
        policy_touching=touches.where(evaluations.policy_cost.notna()), policy_end=evaluations.policy_distance
    )
