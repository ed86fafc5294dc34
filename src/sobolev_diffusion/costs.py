"""Costs compared by a share of one of them, which may be negative."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Costs = TypeVar("Costs")  # a number, an array or a column


def within(best: Costs, share: float) -> Costs:
    """best + share |best|: what costs at most that is within this share of the best."""
    return best * np.where(best >= 0, 1 + share, 1 - share)  # type: ignore[operator]
