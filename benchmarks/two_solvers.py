"""Demonstrations of one solver warm-start the other: collected by A or B, refined by A or B.

    python -m benchmarks.two_solvers --task ur5 --trajectories 50 --instances 20 --seeds 1

One table, medians over held-out instances and seeds: iterations and seconds of refining, of the same solver
alone, how many converged, and cost over the same solver's alone. Seconds of Crocoddyl on the UR5 are mostly
those of its residuals in Python: iterations are what compares there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from sobolev_diffusion.config import CrocoddylConfig, CrocoddylWarmConfig, SolverSettings, WarmSettings
from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.read_configuration import load
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.selection import select
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.train import train
from sobolev_diffusion.warm_start.rollout import roll_out

TASKS = {"ur5": "ur5_small_random", "quadrotor": "quadrotor", "pendulum": "pendulum"}
"""Of this project -> the entry of the configuration that says how it is solved."""


@dataclass(frozen=True)
class Side:
    """A task for one of the solvers, and how that is set."""

    solver: str
    task: Task
    cold: SolverSettings
    warm: WarmSettings


def sides(name: str, config: Config) -> list[Side]:
    """The task for Aligator as the configuration has it, and the same for Crocoddyl."""
    spec = config.tasks[TASKS[name]]
    boxed = spec.model_copy(update={"kind": f"{name}_crocoddyl"})
    cap = 500
    return [
        Side("ProxDDP", make_task(TASKS[name], spec), spec.cold, spec.warm),
        Side(
            "BoxFDDP",
            make_task(TASKS[name], boxed),  # of the same name: the same instances
            CrocoddylConfig(solver="boxfddp", max_iterations=cap),
            CrocoddylWarmConfig(solver="boxfddp", max_iterations=cap),
        ),
    ]


def policy_of(
    side: Side, runs: Demonstrations, method: str, config: Config, epochs: int, seed: int
) -> Policy:
    """What is learnt from runs: a method of the configuration, or the nearest of them followed."""
    if method == "nearest":
        return NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains)
    return train(side.task, runs, config.method(side.task.name, method), epochs, seed).policy


def rows(
    by: Side, alone: dict[int, Solution], policy: Policy, origin: str, action_length: int, seed: int
) -> Iterator[dict[str, object]]:
    """A row per held-out instance: refined, beside the solver alone."""
    thetas = evaluation_thetas(by.task, seed, len(alone))
    noise = [evaluation_noise(by.task, seed, number) for number in range(len(thetas))]
    rollouts = roll_out(by.task, policy, thetas, action_length, noise)
    for number, theta in enumerate(thetas):
        guess = warm_guess(by.task, rollouts.xs[number], rollouts.us[number], by.warm)
        solution, cold = solve(by.task.problem(theta), guess, by.warm), alone[number]
        yield {
            "collected by": origin,
            "refined by": by.solver,
            "iterations": solution.iterations,
            "alone: iterations": cold.iterations,
            "ms": 1e3 * solution.seconds,
            "alone: ms": 1e3 * cold.seconds,
            "converged": solution.converged,
            "alone: converged": cold.converged,
            "cost / alone": solution.cost / cold.cost,
        }


def main() -> None:
    """Compute the table and write it as CSV."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--task", choices=TASKS, default="ur5")
    parser.add_argument("--method", default="nearest", help="of the configuration; nearest: not trained")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--trajectories", type=int, default=50)
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--action-length", type=int, default=1)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    config = load()
    both, found = sides(given.task, config), []
    for seed in range(given.seeds):
        alone = {
            side.solver: {
                number: solve(side.task.problem(theta), side.task.guess(theta), side.cold)
                for number, theta in enumerate(evaluation_thetas(side.task, seed, given.instances))
            }
            for side in both
        }
        for origin in both:
            runs = select(collect(origin.task, origin.cold, seed, range(given.trajectories)))
            print(f"seed {seed}: {origin.solver} solved {len(runs)} of {given.trajectories}", flush=True)
            policy = policy_of(origin, runs, given.method, config, given.epochs, seed)
            for by in both:
                found += rows(by, alone[by.solver], policy, origin.solver, given.action_length, seed)
    table = pd.DataFrame(found)
    pair = ["collected by", "refined by"]
    shares = table.groupby(pair, sort=False)[["converged", "alone: converged"]].mean()
    medians = table.drop(columns=shares.columns).groupby(pair, sort=False).median()
    summary = medians.join(shares).round(4)
    print(summary.to_string())
    if given.output:
        summary.to_csv(given.output)


if __name__ == "__main__":
    main()
