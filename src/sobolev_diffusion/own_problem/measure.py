"""Every way to start the solver on held-out instances, on a machine that does nothing else, one at a time."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sobolev_diffusion.costs import within
from sobolev_diffusion.own_problem.fitted import Fitted
from sobolev_diffusion.own_problem.guesser import Guesser
from sobolev_diffusion.own_problem.scan import good
from sobolev_diffusion.own_problem.ways import WAYS
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.instances import evaluation_thetas
from sobolev_diffusion.tasks.problems import Problem, data_of
from sobolev_diffusion.tasks.reused_problem import changes_in_place
from sobolev_diffusion.warm_start.refine import refine_guess
from sobolev_diffusion.weakened import Weakened

NEAR = 0.01
"""By which share a trajectory may cost more than the best one known and be good."""


@dataclass(frozen=True)
class Measured:
    """What `measure` gives.

    Attributes:
        thetas: of the instances, (n, n_theta).
        best: the best cost known of each, (n,); infinite where no way solved it.
        table: a row per (way, instance): source of the guess, its seconds, those of both, iterations,
            converged, cost, solved (converged, and to about the best cost known), good_seconds (until a
            trajectory was feasible and good).
        solutions: by way, one per instance; None where the process died.
        anew: seconds of a guess for the data that it is evaluated in, made anew for each problem; 0 for a
            task that changes one problem in place.
    """

    thetas: Array
    best: Array
    table: pd.DataFrame
    solutions: dict[str, list[Solution | None]]
    anew: float = 0.0

    def of(self, way: str) -> pd.DataFrame:
        """The rows of a way, in the order of the instances."""
        return self.table[self.table.way == way].sort_values("instance", ignore_index=True)


def measure(
    task: Task, fitted: Fitted, seed: int, instances: int, advance: Callable[[int, int], None]
) -> Measured:
    """Solve evaluation instances, which the fit has not seen, in every way.

    Args:
        task, fitted, seed: the warm start.
        instances: how many.
        advance: told how many are done.
    """
    f = fitted
    thetas = evaluation_thetas(task, seed, instances)
    guessers = {
        way: Guesser(task, way, f.policy, f.demonstrations, f.cold.tolerance, f.action_length) for way in WAYS
    }
    rows: list[dict[str, Any]] = []
    solutions: dict[str, list[Solution | None]] = {way: [] for way in WAYS}
    for guesser in guessers.values():  # the first call packs weights and loads code
        guesser.guesses(thetas[:1])
    anew = []
    for number, theta in enumerate(thetas):
        problem = task.problem(theta)
        anew.append(_to_make_data(problem))
        for way, guesser in guessers.items():
            start = time.perf_counter()
            (guess,) = guesser.guesses([theta], [problem])
            before = time.perf_counter() - start

            solving = partial(
                refine_guess, task, theta, problem, guess, f.warm, f.cold, restart=True, with_history=True
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Weakened)
                (answer,) = call_on_all(_once(solving), 1)
            solution = None if isinstance(answer, Failure) or answer.error else answer
            solutions[way].append(solution)
            rows.append(
                {
                    "way": way,
                    "instance": number,
                    "source": guess.source,
                    "guess_seconds": before,
                    "guess_cost": guess.cost,
                    "feasible_guess": guess.violation <= f.cold.tolerance,
                    "seconds": before + solution.seconds if solution else np.inf,
                    "iterations": solution.iterations if solution else f.cold.max_iterations,
                    "converged": bool(solution and solution.converged),
                    "cost": solution.cost if solution else np.inf,
                }
            )
        advance(number + 1, instances)
    table = pd.DataFrame(rows)
    best = table.cost.where(table.converged, np.inf).groupby(table.instance).min().to_numpy(dtype=float)
    cost, converged = table.cost.to_numpy(dtype=float), table.converged.to_numpy(dtype=bool)
    table["solved"] = good(cost, converged, best[table.instance])
    table["good_seconds"] = [
        _until_good(row, solutions[row["way"]][row["instance"]], best[row["instance"]], f.cold.tolerance)
        for row in rows
    ]
    saved = changes_in_place(task)
    return Measured(np.stack(thetas), best, table, solutions, 0.0 if saved else float(np.median(anew)))


def _to_make_data(problem: Problem) -> float:
    start = time.perf_counter()
    data_of(problem)
    return time.perf_counter() - start


def _once(function: Callable[[], Solution]) -> Callable[[int], Solution]:
    """A function as `call_on_all` calls it."""
    return lambda _: function()


def _until_good(row: dict[str, Any], solution: Solution | None, best: float, tolerance: float) -> float:
    """Seconds until a trajectory was feasible and good; infinite where none was."""
    limit, before = within(best, NEAR), float(row["guess_seconds"])
    if row["source"] != "interpolated" and row["feasible_guess"] and row["guess_cost"] <= limit:
        return before
    if solution is None or solution.history is None:
        return float("inf")
    history = solution.history
    there = (history.cost <= limit) & (history.primal_infeasibility <= tolerance)
    return before + float(history.seconds[there.argmax()]) if there.any() else float("inf")
