"""From seeds to means and confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

CONFIDENCE = 0.95


def interval(seed_means: np.ndarray) -> tuple[float, float, float]:
    """Mean over seeds and its 95% Student interval: (mean, low, high).

    With one seed, or an infinite value, the interval is the mean itself.
    """
    values = np.asarray(seed_means, dtype=float)
    mean = float(values.mean())
    if len(values) < 2 or not np.isfinite(values).all():
        return mean, mean, mean
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1) * stats.sem(values))
    return mean, mean - half, mean + half


def over_seeds(table: pd.DataFrame, by: Sequence[str], column: str) -> pd.DataFrame:
    """Mean over instances for each seed, then mean and interval over seeds.

    Args:
        table: a row per instance, with a column `seed`.
        by: columns that tell the conditions apart.
        column: what to average.

    Returns:
        `by` columns, then mean, low, high, seeds.
    """
    values = table[[*by, "seed"]].assign(value=table[column].astype(float))
    per_seed = values.groupby([*by, "seed"], dropna=False).value.mean().reset_index()
    rows = []
    for condition, group in per_seed.groupby(list(by), dropna=False):
        mean, low, high = interval(group.value.to_numpy())
        rows.append((*condition, mean, low, high, len(group)))
    return pd.DataFrame(rows, columns=[*by, "mean", "low", "high", "seeds"])


def bootstrap(
    seeds: np.ndarray,
    statistic: Callable[[np.ndarray], float],
    resamplings: int = 2000,
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a statistic of seeds, resampled with replacement: (low, high).

    Values that are not a number are left out; with one seed, or none of them finite, both ends are NaN.
    """
    rng = np.random.default_rng(0)
    draws = rng.choice(seeds, (resamplings, len(seeds)))
    values = np.array([statistic(each) for each in draws])
    values = values[~np.isnan(values)]
    if len(seeds) < 2 or len(values) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)
