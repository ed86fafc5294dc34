"""One change at a time: policies by T_a, before and after refining."""

from __future__ import annotations

import pandas as pd

from sobolev_diffusion.config import VariantsTable
from sobolev_diffusion.figures.evaluation_cells import cells, whole_numbers
from sobolev_diffusion.figures.style import Style

CONDITION = ["variant", "action_length"]


def make(evaluations: pd.DataFrame, spec: VariantsTable, _: Style) -> pd.DataFrame:
    """A row per variant and T_a, cells "mean [low, high]" over seeds; no columns of refining without any.

    Args:
        evaluations: a row per instance, with the label of its row as `variant`.
        spec: the order of the rows.
    """
    order = {label: rank for rank, label in enumerate(spec.variants)}
    table = cells(evaluations, CONDITION)
    table = table.sort_values(CONDITION, key=lambda c: c.map(order) if c.name == "variant" else c)
    table["action_length"] = whole_numbers(table.action_length)
    return table.rename(columns={"action_length": "T_a"})
