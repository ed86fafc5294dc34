"""Speed-ups instance by instance: one slow solve moves the ratio of means, not the median."""

import numpy as np
import pandas as pd
import pytest
from clones import ROOT
from scipy.stats import binom

from sobolev_diffusion.figures.speed_up import speed_up
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.figures.timing_table import TimingTable


def by_instance(seconds):
    return pd.Series(seconds, index=range(len(seconds)), dtype=float)


def numbers(text):
    return [float(each) for each in text.replace("[", "").replace("]", "").replace(",", "").split()]


def test_the_median_is_of_each_instance_and_the_interval_of_its_order_statistics():
    alone = by_instance(np.arange(1, 21))
    median, low, high = numbers(speed_up(alone, by_instance(np.ones(20))))
    assert (median, low, high) == (10.5, 6, 15)
    assert binom.cdf(14, 20, 0.5) - binom.cdf(5, 20, 0.5) > 0.95  # of 20 draws, 6 to 14 below the median
    assert binom.cdf(13, 20, 0.5) - binom.cdf(6, 20, 0.5) < 0.95


def test_instances_are_compared_with_themselves():
    alone = by_instance([1.0, 10.0, 100.0])
    assert speed_up(alone, by_instance([100.0, 10.0, 1.0])[::-1] / 2) == speed_up(
        alone, by_instance([50.0, 5.0, 0.5])
    )
    assert speed_up(alone, alone / 2) == "2 [2, 2]"
    assert speed_up(alone, alone / 1234) == "1230 [1200, 1200]"


def test_what_never_got_there_counts_and_what_was_not_tried_does_not():
    alone = by_instance([np.inf, np.inf, 1.0, 1.0])
    assert numbers(speed_up(alone, by_instance([np.inf, 1.0, np.inf, np.nan]))) == [1, 0, np.inf]


@pytest.fixture
def timed():
    """20 instances, refined in half the time of TO alone but for the last, which takes very long."""
    seconds = pd.DataFrame({"instance": range(20), "solve_seconds": 1.0, "rollout_seconds": 0.0})
    diff = seconds.assign(method="diff", action_length=8, solve_seconds=[0.4] * 19 + [100.0])
    rows = pd.concat([seconds.assign(method="to_alone"), diff.assign(rollout_seconds=0.1)], ignore_index=True)
    rows["total_seconds"] = rows.rollout_seconds + rows.solve_seconds
    return rows.astype({"action_length": "Int64"}).assign(iterations=3, converged=True, processor="one")


def test_a_table_of_times_has_both(timed):
    table = TimingTable(kind="timing", timing="one", caption="").draw(
        timed.sample(frac=1, random_state=0), Style.load(ROOT / "config/plotting.yaml")
    )
    alone, diff = table.to_dict("records")
    assert (alone["speed-up"], alone["median speed-up"]) == ("1.00", "1 [1, 1]")
    assert (diff["speed-up"], diff["median speed-up"]) == ("0.18", "2 [2, 2]")
