"""When a trajectory was good enough: feasible, and within some share of the best known cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sobolev_diffusion.config.methods import BEST_KNOWN
from sobolev_diffusion.costs import within


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Iterates, and the best known cost of each instance: of the search, or of a cheaper feasible iterate.

    Args:
        rows: profiles, and best known costs (method `best_known`) of at least the same instances and seed.
    """
    iterates, searched = rows[rows.method != BEST_KNOWN], rows[rows.method == BEST_KNOWN]
    found = iterates[iterates.feasible.astype(bool)].groupby("instance").cost.min()
    known = searched.set_index("instance").best_cost.reindex(iterates.instance.unique())
    return iterates, pd.concat([found, known], axis=1).min(axis=1)


def first_within(iterates: pd.DataFrame, best: pd.Series, gap: float) -> pd.DataFrame:
    """The first feasible iterate of each run that is within the gap of the best known cost.

    Args:
        iterates: of one task; a row per method, instance and iteration.
        best: the best known cost of each instance.
        gap: 0.01 for 1%.

    Returns:
        A row per method and instance: iteration and seconds; infinite where there is none.
    """
    limit = within(iterates.instance.map(best), gap)
    good = iterates[iterates.feasible.astype(bool) & (iterates.cost <= limit)]
    runs = pd.MultiIndex.from_frame(iterates[["method", "instance"]].drop_duplicates())
    first = good.groupby(["method", "instance"])[["iteration", "seconds"]].min()
    return first.reindex(runs).fillna(np.inf).reset_index()
