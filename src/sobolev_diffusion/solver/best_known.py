"""The best known cost of each evaluation instance, so that local minima of TO alone are visible.

Every instance is solved from its interpolated guess and from random deformations of it; then, in rounds, from
the best trajectories of the instances nearest to it, followed with their gains. The cheapest feasible
trajectory counts, converged or not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sobolev_diffusion.config import BestKnownConfig, SolverSettings, WarmSettings
from sobolev_diffusion.solver.continuation import BestRuns, spread_to_neighbours
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.reused_problem import ReusedProblem
from sobolev_diffusion.weakened import weaken

BUMPS = 4  # sine waves in a deformation of a guess


def best_known(
    task: Task,
    alone: Demonstrations,
    cold: SolverSettings,
    warm: WarmSettings,
    config: BestKnownConfig,
    seed: int,
    workers: int = 1,
) -> pd.DataFrame:
    """Search for the cheapest trajectory of every evaluation instance of a seed.

    Args:
        task: builds the problems.
        alone: the instances, solved from their interpolated guesses.
        cold, warm: solver settings from deformed guesses, and from neighbours.
        config: how hard to search.
        seed: of the deformations.
        workers: processes side by side; the result does not depend on it.

    Returns:
        Columns: instance, best_cost (infinite if no run ended feasible), best_from (guess, restart or
        neighbour), best_converged.
    """
    check_once(task)
    thetas, instances = list(alone.theta), len(alone)
    best = BestRuns(instances, lambda run: run.primal_infeasibility <= cold.tolerance)
    best.offer("guess", range(instances), alone.solutions())
    restarts = [(number, restart) for number in range(instances) for restart in range(config.restarts)]

    reused = ReusedProblem(task)  # of each process

    def from_deformation(index: int) -> Solution:
        number, restart = restarts[index]
        rng = stream("restart", task.name, seed, number, restart)
        guess = deform(task, task.guess(thetas[number]), config.deformation, rng)
        return solve(reused.of(thetas[number]), guess, cold, with_gains=True)

    answers = call_on_all(from_deformation, len(restarts), workers=workers)
    best.offer("restart", [number for number, _ in restarts], answers)
    spread_to_neighbours(
        task,
        warm,
        thetas,
        best,
        neighbours=config.neighbours,
        rounds=config.rounds,
        frugal=config.frugal,
        workers=workers,
    )
    weaken("instances have no best known cost", sum(run is None for run in best.runs), instances)
    return pd.DataFrame(
        {
            "instance": range(instances),
            "best_cost": [run.cost if run else np.inf for run in best.runs],
            "best_from": best.origin,
            "best_converged": [bool(run and run.converged) for run in best.runs],
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
