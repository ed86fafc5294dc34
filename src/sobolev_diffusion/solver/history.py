"""How a run of the solver went, iteration by iteration."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import Any

import aligator
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """The iterates of one run, (n,) each.

    Attributes:
        seconds: since the solver began, when the iterate was there.
        cost: trajectory cost of (1).
        primal_infeasibility: largest violation of dynamics and constraints.
        dual_infeasibility: largest gradient of the Lagrangian, known one iteration later: that of the iterate
            before.
    """

    seconds: Array
    cost: Array
    primal_infeasibility: Array
    dual_infeasibility: Array

    def after(self, first: History, seconds: float) -> History:
        """These iterates behind those of a run that took some seconds."""
        later = replace(self, seconds=self.seconds + seconds)
        names = (field.name for field in fields(History))
        return History(*(np.concatenate([getattr(first, name), getattr(later, name)]) for name in names))


class Notes:
    """Iterates, noted while a solver runs.

    Args:
        start: when it began, by time.perf_counter().
    """

    def __init__(self, start: float) -> None:
        self._start = start
        self._rows: list[tuple[float, float, float, float]] = []

    def add(self, cost: float, primal_infeasibility: float, dual_infeasibility: float) -> None:
        """An iterate that has just been found; infeasibilities as `History` has them."""
        now = time.perf_counter() - self._start
        self._rows.append((now, cost, primal_infeasibility, dual_infeasibility))

    @property
    def history(self) -> History:
        """What has been noted."""
        return History(*np.array(self._rows, dtype=np.float64).reshape(-1, 4).T)


class Recorder(aligator.BaseCallback):
    """Registered with ProxDDP, notes each iterate; microseconds an iteration.

    Args:
        notes: written into.
    """

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self._notes = notes

    def call(self, workspace: Any, results: Any) -> None:
        """Called by the solver after each iteration."""
        self._notes.add(results.traj_cost, results.primal_infeas, results.dual_infeas)
