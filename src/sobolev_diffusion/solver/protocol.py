"""What a solver is to the rest: how it is run, and what is asked of it at a trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.solution import Solution, TrajectoryValue
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives

Array = NDArray[np.float64]


class ByParameters(Protocol):
    """Gives a problem's derivatives in its parameters."""

    def __call__(self, xs: Array, us: Array, solved: Any) -> ParameterDerivatives:
        """Along xs (T+1, nx), us (T, nu).

        Args:
            solved: the problem and its data, which may be written into, if they are at hand.

        Raises:
            TaskError: there are none.
        """


@dataclass(frozen=True)
class Run:
    """A run of a solver; a solver that needs more of it to linearise adds that.

    Attributes:
        solution: all but its linearisation.
    """

    solution: Solution

    def portable(self) -> Run:
        """Without what cannot go from one process to another."""
        return self


class Solver(Protocol):
    """One kind of solver, for one kind of problem; it has no state of its own.

    Attributes:
        name: for messages.
        settings: type of its settings.
    """

    name: str
    settings: type[Any]

    def check(self, problem: Any, config: Any) -> None:
        """Whether settings of the right type go with the problem.

        Raises:
            ValueError: they do not.
        """

    def may_crash(self, problem: Any, config: Any) -> str:
        """Why a run with these settings may end its process, to follow the reason; "" where none is known."""

    def run(self, problem: Any, xs: Array, us: Array, config: Any, with_history: bool) -> Run:
        """Solve from the finite guess xs (T+1, nx), us (T, nu); what goes wrong is the solution's error."""

    def linearise(
        self, problem: Any, run: Any, config: Any, by_parameters: ByParameters | None
    ) -> Linearisation:
        """Dynamics Jacobians and feedback gains at the run's solution, which has no error; K_p too with what
        gives the derivatives by the parameters. Gains are those of the Riccati sweep (`riccati.sweep`) on the
        linear-quadratic model there (`LinearQuadratic`), and not those that the last step was made with.
        """

    def value_of(self, problem: Any, xs: Array, us: Array, data: Any) -> TrajectoryValue:
        """Cost of (1), and the largest violation of a stage or terminal constraint (not of the dynamics).

        Args:
            problem: the problem (1).
            xs, us: the trajectory.
            data: of the problem, as `ReusedProblem` has it, or None.
        """
