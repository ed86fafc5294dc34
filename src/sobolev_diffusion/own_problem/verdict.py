"""Whether warm starting pays: times of the same instances compared, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sobolev_diffusion.figures.speed_up import times_as_fast
from sobolev_diffusion.own_problem.measure import Measured
from sobolev_diffusion.own_problem.ways import WAYS, Way
from sobolev_diffusion.tasks.base import Array

RESAMPLES, INTERVAL = 2000, 0.9
PAYS = 1.1
"""Times faster, that is worth the trouble."""
SAVES = 0.05
"""Of the time alone, what a better way to make problems has to save to be worth a word."""


@dataclass(frozen=True)
class Verdict:
    """How many times as fast as alone a way is, over the instances.

    Attributes:
        median, low, high: of the instances' ratios, and the ends of a 90% interval of it; infinite where
            instances are solved in this way only, 0 where alone only.
        pays: whether it is; None where the instances are too few, or too unlike, to say.
    """

    median: float
    low: float
    high: float

    @property
    def pays(self) -> bool | None:
        if self.low >= PAYS:
            return True
        return False if self.high < PAYS else None


def ratios(measured: Measured, way: str) -> Array:
    """How many times as fast as alone every instance is, (n,); what does not end in a solution never ends."""
    alone, other = (
        np.where(rows.solved, rows.seconds, np.inf) for rows in (measured.of("alone"), measured.of(way))
    )
    return times_as_fast(alone, other)


def compare(measured: Measured, way: str) -> Verdict:
    """A way against alone."""
    of_each = ratios(measured, way)
    rng = np.random.default_rng(0)
    medians = _median(rng.choice(of_each, (RESAMPLES, len(of_each))))
    low, high = np.quantile(medians, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], method="nearest")
    return Verdict(float(_median(of_each[None])[0]), float(low), float(high))


def _median(samples: Array) -> Array:
    """Of each row; of an even number the lower one, since the mean of a number and infinity says nothing."""
    return np.sort(samples, axis=1)[:, (samples.shape[1] - 1) // 2]


def judged(measured: Measured, way: Way) -> Way:
    """The way that a report is about: the warm start's own; where it starts alone, the best of the others."""
    return _best(measured) if way == "alone" else way


def _best(measured: Measured) -> Way:
    return max(WAYS[1:], key=lambda each: compare(measured, each).median)


def sentence(measured: Measured, way: Way) -> str:
    """The first line of a report: whether it pays, by how much, and on what that rests.

    Args:
        measured: on held-out instances.
        way: that the warm start takes.
    """
    best, shown = _best(measured), judged(measured, way)
    verdict, of_best = compare(measured, shown), compare(measured, best)
    answer = {
        True: "Yes, warm starting pays",
        False: "No, warm starting does not pay",
        None: "It is not clear",
    }
    alone, rows = measured.of("alone"), measured.of(shown)
    line = (
        f"{answer[verdict.pays]}: {_told(verdict.median, shown)} (median of {len(measured.thetas)} held-out "
        f"instances, 90% interval {interval(verdict, shown)}); iterations {alone.iterations.median():.3g} "
        f"alone and {rows.iterations.median():.3g}; solved {alone.solved.mean():.0%} alone and "
        f"{rows.solved.mean():.0%}."
    )
    if way == "alone" and verdict.pays is not False:
        line += f" The fit takes the task's own guess; to start from {best}: --start {best}."
    elif best != way and way != "alone" and of_best.median > PAYS * verdict.median:
        better = "Better" if of_best.median > 1 else "Least slow"
        line += f" {better}: {_told(of_best.median, best)}: --start {best}."
    if measured.anew > SAVES * alone.seconds.median():
        line += (
            f" Of each guess {1000 * measured.anew:.0f} ms are for data made anew: a method "
            "cost_targets(theta), or retarget(problem, theta), saves them, see docs/own_task.md."
        )
    return line


def _told(ratio: float, way: Way) -> str:
    """What the median of the ratios says of a way."""
    if 0 < ratio < np.inf:
        return f"from {way} the solver is {ratio:.3g} times as fast as alone, guess included"
    return f"at least half of the instances are solved {_only(ratio, way)}"


def factor(ratio: float, way: Way) -> str:
    """A median of ratios in a few words, for tables and intervals."""
    return f"{ratio:.3g} times" if 0 < ratio < np.inf else f"at least half solved {_only(ratio, way)}"


def _only(ratio: float, way: Way) -> str:
    """How instances are solved whose ratio is no number."""
    return f"from {way} only" if ratio else "alone only"


def interval(verdict: Verdict, way: Way) -> str:
    """From where to where, in words."""
    low, high = factor(verdict.low, way), factor(verdict.high, way)
    return low if low == high else f"{low} to {high}"
