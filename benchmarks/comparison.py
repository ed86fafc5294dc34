"""One line of the table: two things timed in turn, and the bar that their ratio should reach."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

REPETITIONS = 12
SECONDS = 0.1  # of each timing: the work is repeated until it takes about as long

Work = Callable[[], Any]
CLOCKS = {"processor": time.process_time, "wall": time.perf_counter, "own": None}


@dataclass(frozen=True)
class Comparison:
    """Something against its baseline.

    Attributes:
        name: what is measured.
        baseline: what it is compared with.
        work: runs the measured thing once; with clock "own" it returns the seconds that took.
        reference: runs the baseline once.
        bar: the ratio asked for; none where nothing was asked.
        sense: "speed-up": baseline's time over the measured one, to be at least the bar. "share": the
            measured time over the baseline's, to be at most the bar.
        clock: "processor": the processor time of this process, which on a shared machine is not disturbed by
            the other jobs' turns. "wall": for what runs in several processes. "own": both measure themselves.
        repetitions: how often each is timed; more where the bar is close to 1.
    """

    name: str
    baseline: str
    work: Work
    reference: Work
    bar: float | None = None
    sense: Literal["speed-up", "share"] = "speed-up"
    clock: Literal["processor", "wall", "own"] = "processor"
    repetitions: int = REPETITIONS


def against_seconds(name: str, work: Work, seconds: float, told: str) -> Comparison:
    """Something that should take at most as many seconds of processor time, called `told` in the table."""
    return Comparison(
        name, told, lambda: _processor_seconds(work), lambda: seconds, 1.0, sense="share", clock="own"
    )


def _processor_seconds(work: Work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


@dataclass(frozen=True)
class Line:
    """A measured comparison; low and high are the extremes over the repetitions."""

    name: str
    baseline: str
    sense: str
    ratio: float
    low: float
    high: float
    bar: float | None
    holds: bool | None
    milliseconds: float | None
    baseline_milliseconds: float | None


def measure(comparison: Comparison) -> Line:
    """Time both in turn, as often as the comparison asks."""
    clock = CLOCKS[comparison.clock]
    counts = [_count(comparison.work, clock), _count(comparison.reference, clock)]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(comparison.repetitions):
        for row, work, count in zip(times, (comparison.work, comparison.reference), counts, strict=True):
            row.append(_seconds(work, count, clock))
    return summary(comparison.name, comparison.baseline, comparison.sense, *times, comparison.bar)


def summary(
    name: str,
    baseline: str,
    sense: Literal["speed-up", "share"],
    times: list[float],
    baseline_times: list[float],
    bar: float | None = None,
) -> Line:
    """The line of two things timed in turn, in seconds."""
    pairs = zip(times, baseline_times, strict=True)
    ratios = [b / a if sense == "speed-up" else a / b for a, b in pairs]
    ratio = median(ratios)
    return Line(
        name,
        baseline,
        sense,
        ratio,
        min(ratios),
        max(ratios),
        bar,
        None if bar is None else (ratio >= bar if sense == "speed-up" else ratio <= bar),
        1e3 * median(times),
        1e3 * median(baseline_times),
    )


def _count(work: Work, clock: Callable[[], float] | None) -> int:
    work()  # caches, allocations
    return max(1, round(SECONDS / _seconds(work, 1, clock)))


def _seconds(work: Work, count: int, clock: Callable[[], float] | None) -> float:
    if clock is None:
        return sum(work() for _ in range(count)) / count
    start = clock()
    for _ in range(count):
        work()
    return (clock() - start) / count
