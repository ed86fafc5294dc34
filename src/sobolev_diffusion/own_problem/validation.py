"""Instances held out: what choices cost on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.own_problem.scan import good
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.instances import instance
from sobolev_diffusion.warm_start.guesses import Guess
from sobolev_diffusion.warm_start.refine import refine_guess

VALIDATION = "validation instance"


@dataclass(frozen=True)
class Runs:
    """Of each validation instance, (n,): iterations, whether they converged, cost; cost of the guess."""

    iterations: Array
    converged: NDArray[np.bool_]
    cost: Array
    guess_cost: Array

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {name: array.tolist() for name, array in vars(self).items()}

    @staticmethod
    def from_json(content: dict[str, Any]) -> Runs:
        """What `to_json` gave."""
        return Runs(**{name: np.array(values) for name, values in content.items()})


class Validation:
    """The held-out instances of a seed.

    Args:
        task: draws and builds them.
        seed: of the instances.
        count: how many.
        workers: processes side by side.

    Attributes:
        thetas: of the instances.
        problems: of the instances.
        best: the best cost known of each, (n,): of all runs so far.
    """

    def __init__(self, task: Task, seed: int, count: int, workers: int) -> None:
        self._task, self._workers = task, workers
        self.thetas = [instance(task, VALIDATION, seed, number) for number in range(count)]
        self.problems = [task.problem(theta) for theta in self.thetas]
        self.best = np.full(count, np.inf)

    def run(self, guesses: Sequence[Guess], cold: SolverConfig, warm: WarmConfig) -> Runs:
        """Solve every instance from its guess, and once more alone where that does not converge."""
        task = self._task

        def one(i: int) -> tuple[float, bool, float]:
            solution = refine_guess(
                task, self.thetas[i], self.problems[i], guesses[i], warm, cold, restart=True
            )
            return float(solution.iterations), solution.converged, solution.cost

        answers = call_on_all(one, len(guesses), workers=self._workers)
        cap = float(cold.max_iterations)
        ended = [(cap, False, np.inf) if isinstance(answer, Failure) else answer for answer in answers]
        iterations, converged, cost = map(np.array, zip(*ended, strict=True))
        return Runs(iterations, converged, cost, np.array([guess.cost for guess in guesses]))

    def note(self, runs: Runs) -> Runs:
        """Remember the best costs, and give the runs back."""
        self.best = np.minimum(self.best, np.where(runs.converged, runs.cost, np.inf))
        return runs

    def solved(self, runs: Runs) -> NDArray[np.bool_]:
        """Which runs ended in a solution about as good as the best one known, (n,)."""
        return good(runs.cost, runs.converged, self.best)

    def effort(self, runs: Runs, cap: int) -> float:
        """Mean iterations; instances that are not solved count as the cap, or what was spent on them."""
        return float(np.where(self.solved(runs), runs.iterations, np.maximum(cap, runs.iterations)).mean())
