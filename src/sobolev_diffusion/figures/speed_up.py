"""How many times as fast as TO alone, instance by instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

CONFIDENCE = 0.95


def speed_up(alone: pd.Series, seconds: pd.Series) -> str:
    """TO alone's seconds over others of the same instance: their median and its interval, 1.52 [1.2, 1.8].

    The interval is of the order statistics that a binomial count bounds, so it asks nothing of the ratios'
    distribution. A single slow instance moves neither; it moves the ratio of the means.

    Args:
        alone: TO alone's, by instance; infinite where it never got there.
        seconds: those to compare, by instance; not a number where there are none.
    """
    import numpy as np
    from scipy.stats import binom

    before, after = alone.reindex(seconds.index).to_numpy(float), seconds.to_numpy(float)
    ratios = np.sort(times_as_fast(before, after)[~np.isnan(after)])
    rank = int(binom.ppf(0.5 - CONFIDENCE / 2, len(ratios), 0.5))
    low, high = ratios[max(rank - 1, 0)], ratios[min(len(ratios) - rank, len(ratios) - 1)]
    return f"{_rounded(np.median(ratios), 3)} [{_rounded(low, 2)}, {_rounded(high, 2)}]"


def times_as_fast(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """before / after elementwise, of seconds, infinite where there is no solution: 1 where both are."""
    import numpy as np

    neither = np.isinf(before) & np.isinf(after)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios: NDArray[np.float64] = np.where(neither, 1.0, before / after)
    return ratios


def _rounded(ratio: float, digits: int) -> str:
    """To so many digits, without an exponent: 140, not 1.4e+02."""
    return f"{float(f'{ratio:.{digits}g}'):g}"
