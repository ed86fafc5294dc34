"""Continuation: instances are solved from the solutions of those nearest to them, in rounds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from sobolev_diffusion.config import ContinuationConfig, WarmSettings
from sobolev_diffusion.costs import within
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters
from sobolev_diffusion.tasks.instances import nearest_first
from sobolev_diffusion.tasks.reused_problem import ReusedProblem

log = logging.getLogger(__name__)

WORTH_PASSING_ON = 1e-3  # share by which a run must be cheaper for its neighbours to be solved from it again


class BestRuns:
    """The cheapest usable run of every instance so far.

    Args:
        count: number of instances.
        usable: whether a run counts at all.
        gain: a run replaces another if it is cheaper by more than this share.

    Attributes:
        runs: a run of each instance; None where none was usable.
        origin: what the run began from.
    """

    def __init__(self, count: int, usable: Callable[[Solution], bool], gain: float = 1e-6) -> None:
        self.runs: list[Solution | None] = [None] * count
        self.origin = ["none"] * count
        self._usable, self._gain = usable, gain

    def offer(self, origin: str, numbers: Sequence[int], runs: Sequence[Solution | Failure]) -> None:
        """Keep each run that is better than what its instance has."""
        for number, run in zip(numbers, runs, strict=True):
            if isinstance(run, Failure) or not self._usable(run):
                continue
            best = self.runs[number]
            if best is None or run.cost < within(best.cost, -self._gain):
                self.runs[number], self.origin[number] = run, origin
        costs = [run.cost for run in self.runs if run]
        log.info("%s: %d of %d solved, total cost %.5g", origin, len(costs), len(self.runs), sum(costs))


def spread_to_neighbours(
    task: Task,
    config: WarmSettings,
    thetas: Sequence[Array],
    best: BestRuns,
    *,
    neighbours: int,
    rounds: int,
    first: int = 0,
    frugal: bool = False,
    workers: int = 1,
) -> None:
    """Solve every instance from its nearest neighbours' best runs, followed with their gains.

    Where those have become better, it is solved from them again in the next round.

    Args:
        task: builds the problems.
        config: solver settings for warm starts.
        thetas: of the instances, in the order of `best`.
        best: what is known; better runs are put there.
        neighbours: from how many of the nearest instances that have a run.
        rounds: how often, at most; it ends when a round has nothing new to try.
        first: instances before this one lead and are not solved again.
        frugal: try one neighbour a round, the one whose run costs least, and none that costs more than the
            instance's own; otherwise all of them.
        workers: processes side by side; the result does not depend on it.
    """
    ranking = nearest_first(np.stack(thetas), np.stack(thetas))
    order = [[int(other) for other in row if other != number] for number, row in enumerate(ranking)]
    tried: dict[tuple[int, int], Solution | None] = {}

    def to_try(number: int, leaders: dict[int, Solution]) -> list[int]:
        nearest = [other for other in order[number] if other in leaders][:neighbours]
        # from the same run it would end as it did before
        fresh = [other for other in nearest if tried.get((number, other)) is not leaders[other]]
        if not frugal:
            return fresh
        own = best.runs[number]
        cheaper = [other for other in fresh if own is None or leaders[other].cost < own.cost]
        return sorted(cheaper, key=lambda other: leaders[other].cost)[:1]

    n_p = len(task.parameters) if config.parameter_gains else 0
    reused, moved = ReusedProblem(task), ReusedProblem(task)  # of each process
    for _ in range(rounds):
        leaders = {number: run for number, run in enumerate(best.runs) if run}
        pairs = [(number, other) for number in range(first, len(thetas)) for other in to_try(number, leaders)]
        if not pairs:
            return
        tried.update((pair, leaders[pair[1]]) for pair in pairs)

        def from_neighbour(
            index: int, pairs: list[tuple[int, int]] = pairs, leaders: dict[int, Solution] = leaders
        ) -> Solution:
            number, other = pairs[index]
            leader = leaders[other]
            assert leader.linearisation is not None  # usable runs were solved with gains
            followed = follow(
                task, leader.xs, leader.us, leader.linearisation.gains, task.initial_state(thetas[number])
            )
            guess = warm_guess(task, *followed, config)
            theta = thetas[number]
            derivatives = partial(derive_by_parameters, task, theta, reused=moved) if n_p else None
            return solve(reused.of(theta), guess, config, with_gains=True, by_parameters=derivatives)

        answers = call_on_all(from_neighbour, len(pairs), workers=workers)
        best.offer("neighbour", [number for number, _ in pairs], answers)


def collect_from_neighbours(
    task: Task,
    config: WarmSettings,
    rules: ContinuationConfig,
    runs: Demonstrations,
    first: int,
    workers: int = 1,
) -> Demonstrations:
    """Training instances solved from the solutions of those near them.

    Args:
        task: builds the problems.
        config: solver settings for warm starts.
        rules: from how many neighbours, in how many rounds.
        runs: a run of each instance so far, each instance once.
        first: number of the first instance to solve; those before it only lead.

    Returns:
        The instances from `first` on, in order: the cheapest converged run of each, or where none has
        converged the run it came with.
    """
    check_once(task)
    runs = runs.take(np.argsort(runs.instance, kind="stable"))
    leading = int((runs.instance < first).sum())
    solutions = runs.solutions()
    best = BestRuns(len(runs), lambda run: run.converged, gain=WORTH_PASSING_ON)
    best.offer("collected", range(len(runs)), solutions)
    spread_to_neighbours(
        task,
        config,
        list(runs.theta),
        best,
        neighbours=rules.neighbours,
        rounds=rules.rounds,
        first=leading,
        frugal=True,
        workers=workers,
    )
    n_p = len(task.parameters) if config.parameter_gains else 0
    chosen = [run or solution for run, solution in zip(best.runs, solutions, strict=True)]
    return Demonstrations.stack(
        runs.instance[leading:], runs.theta[leading:], chosen[leading:], task.space.ndx, n_p
    )
