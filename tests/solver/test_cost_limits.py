"""Costs within a share of another."""

import numpy as np
import pytest

from sobolev_diffusion.costs import within


@pytest.mark.parametrize(("best", "limit"), [(10.0, 12.5), (-10.0, -7.5), (0.0, 0.0)])
def test_a_quarter(best, limit):
    assert within(best, 0.25) == limit
    assert within(np.array([best]), 0.25).tolist() == [limit]


def test_ten_times_a_negative_cost_is_dearer_not_cheaper():
    assert within(-1.0, 9) == 8.0
    assert np.isnan(within(np.nan, 1))
