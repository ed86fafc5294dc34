"""The best known cost of each evaluation instance, so that local minima of TO alone are visible.

Every instance is solved from its interpolated guess and from random deformations of it; then, in rounds, from
the best trajectories of the instances nearest to it, followed with their gains. The cheapest feasible
trajectory counts, converged or not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd

from sobolev_diffusion.closed_loop import follow
from sobolev_diffusion.collect import evaluation_thetas
from sobolev_diffusion.config import ReferenceConfig, SolverConfig
from sobolev_diffusion.neighbours import nearest_first
from sobolev_diffusion.solver import Solution, solve
from sobolev_diffusion.streams import stream
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.workers import Failure, call_on_all

log = logging.getLogger(__name__)

BUMPS = 4  # sine waves in a deformation of a guess


def best_known(
    task: Task,
    cold: SolverConfig,
    warm: SolverConfig,
    config: ReferenceConfig,
    seed: int,
    instances: int,
    workers: int = 1,
) -> pd.DataFrame:
    """Search for the cheapest trajectory of every evaluation instance of a seed.

    Returns:
        Columns: instance, best_cost (infinite if no run ended feasible), best_from (guess, restart or
        neighbour), best_converged.
    """
    thetas = evaluation_thetas(task, seed, instances)
    best: list[Solution | None] = [None] * instances
    best_from = ["none"] * instances

    def keep_best(origin: str, numbers: list[int], attempt: Callable[[int], Solution]) -> None:
        for number, answer in zip(numbers, call_on_all(attempt, len(numbers), workers=workers), strict=True):
            if isinstance(answer, Failure) or answer.primal_infeasibility > cold.tolerance:
                continue
            if best[number] is None or answer.cost < best[number].cost * (1 - 1e-6):
                best[number], best_from[number] = answer, origin
        costs = [solution.cost for solution in best if solution]
        log.info("%s: %d of %d solved, total cost %.5g", origin, len(costs), instances, sum(costs))

    def from_guess(number: int) -> Solution:
        return solve(task.problem(thetas[number]), task.guess(thetas[number]), cold, with_gains=True)

    keep_best("guess", list(range(instances)), from_guess)
    restarts = [(number, restart) for number in range(instances) for restart in range(config.restarts)]

    def from_deformation(index: int) -> Solution:
        number, restart = restarts[index]
        rng = stream("restart", task.name, seed, number, restart)
        guess = deform(task, task.guess(thetas[number]), config.deformation, rng)
        return solve(task.problem(thetas[number]), guess, cold, with_gains=True)

    keep_best("restart", [number for number, _ in restarts], from_deformation)
    ranking = nearest_first(np.stack(thetas), np.stack(thetas))
    order = [[int(other) for other in row if other != number] for number, row in enumerate(ranking)]
    tried: dict[tuple[int, int], Solution | None] = {}
    for _ in range(config.rounds):
        known = {number for number in range(instances) if best[number]}
        nearest = [[each for each in row if each in known][: config.neighbours] for row in order]
        pairs = [
            (number, other)
            for number in range(instances)
            for other in nearest[number]
            if tried.get((number, other)) is not best[other]  # would end as it did before
        ]
        leaders = list(best)
        tried.update((pair, leaders[pair[1]]) for pair in pairs)

        def from_neighbour(
            index: int, pairs: list[tuple[int, int]] = pairs, leaders: list[Solution | None] = leaders
        ) -> Solution:
            number, other = pairs[index]
            leader = leaders[other]
            guess = follow(
                task, leader.xs, leader.us, leader.linearisation.gains, task.initial_state(thetas[number])
            )
            return solve(task.problem(thetas[number]), guess, warm, with_gains=True)

        keep_best("neighbour", [number for number, _ in pairs], from_neighbour)
    return pd.DataFrame(
        {
            "instance": range(instances),
            "best_cost": [solution.cost if solution else np.inf for solution in best],
            "best_from": best_from,
            "best_converged": [bool(solution and solution.converged) for solution in best],
        }
    )


def deform(
    task: Task, guess: tuple[Array, Array], size: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Bend the states of a guess along tangent coordinates by random sine waves that vanish at both ends.

    Args:
        task: its state space.
        guess: xs (T+1, nx), us (T, nu).
        size: standard deviation of the slowest wave; faster ones are smaller.
        rng: draws the amplitudes.
    """
    xs, us = guess
    waves = np.arange(1, BUMPS + 1)
    amplitude = size * rng.standard_normal((BUMPS, task.space.ndx)) / waves[:, None]
    bend = np.sin(np.pi * np.outer(np.linspace(0, 1, len(xs)), waves)) @ amplitude
    return np.stack([task.space.integrate(x, dx) for x, dx in zip(xs, bend, strict=True)]), us
