"""What one run of a solver ends with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.history import History
from sobolev_diffusion.solver.linearisation import Linearisation

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """What one run of the solver ended with.

    Attributes:
        xs: states, (T+1, nx).
        us: controls, (T, nu).
        cost: trajectory cost of (1).
        iterations: Newton iterations.
        converged: both infeasibilities came under their tolerance.
        stalled: not converged, yet stopped before the cap: the regularisation hit its maximum.
        primal_infeasibility, dual_infeasibility: at the end.
        seconds: wall-clock time of the solver's run.
        error: what ended the run without a result (an exception, a crash of its process, a timeout), "" if
            nothing did; then xs, us are the guess and cost is inf.
        linearisation: gains and dynamics Jacobians at the solution; None unless asked for.
        history: of its iterations; None unless asked for.
    """

    xs: Array
    us: Array
    cost: float
    iterations: int
    converged: bool
    stalled: bool
    primal_infeasibility: float
    dual_infeasibility: float
    seconds: float
    error: str
    linearisation: Linearisation | None
    history: History | None = None

    @staticmethod
    def failed(guess: tuple[Array, Array], error: str) -> Solution:
        """Stands in for a run that ended without a result."""
        return Solution(
            *guess,
            cost=np.inf,
            iterations=0,
            converged=False,
            stalled=False,
            primal_infeasibility=np.inf,
            dual_infeasibility=np.inf,
            seconds=0.0,
            error=error,
            linearisation=None,
        )

    def after(self, first: Solution) -> Solution:
        """This run as the second of two on one instance: iterations, seconds and history of both."""
        history = self.history.after(first.history, first.seconds) if self.history and first.history else None
        return replace(
            self,
            iterations=first.iterations + self.iterations,
            seconds=first.seconds + self.seconds,
            history=history,
        )


@dataclass(frozen=True)
class TrajectoryValue:
    """Cost and largest constraint violation of a trajectory that somebody else made."""

    cost: float
    violation: float
