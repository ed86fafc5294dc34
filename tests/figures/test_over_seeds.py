"""Means over seeds and their intervals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sobolev_diffusion.figures.over_seeds import bootstrap, interval, over_seeds


def test_interval_is_students():
    values = np.array([1.0, 2.0, 4.0, 3.0, 2.5])
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    mean, low, high = interval(values)
    assert (mean, low, high) == pytest.approx((2.5, expected.low, expected.high))


def test_interval_covers_the_mean_in_19_of_20_experiments():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        _, low, high = interval(rng.normal(3, 2, 5))
        hits += low <= 3 <= high
    assert 0.93 < hits / 2000 < 0.97


def test_infinite_seed_makes_the_mean_infinite():
    assert interval(np.array([1.0, np.inf])) == (np.inf, np.inf, np.inf)


def test_over_seeds_averages_instances_first():
    table = pd.DataFrame(
        {
            "method": "m",
            "n_traj": np.nan,
            "seed": [0, 0, 0, 1],
            "cost": [1.0, 2.0, 3.0, 4.0],
        }
    )
    row = over_seeds(table, ["method", "n_traj"], "cost").iloc[0]
    assert row["mean"] == pytest.approx(3.0)
    assert row.seeds == 2


def test_bootstrap_agrees_with_scipy():
    values = np.array([1.0, 2.0, 4.0, 3.0, 2.5, 7.0, 3.5, 0.5])
    low, high = bootstrap(np.arange(8), lambda seeds: values[seeds].mean(), 20_000)
    expected = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=1)
    assert (low, high) == pytest.approx(expected.confidence_interval, abs=0.05)


def test_bootstrap_of_nothing_known_is_not_a_number():
    assert np.isnan(bootstrap(np.arange(3), lambda _: np.nan)).all()
    assert np.isnan(bootstrap(np.array([3]), lambda _: 1.0)).all()
