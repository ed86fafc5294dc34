"""Demonstrations of one solver warm-start the other: collected by A or B, refined by A or B.

    python -m benchmarks.two_solvers --task ur5 --trajectories 50 --instances 20 --seeds 1

One table, medians over held-out instances and seeds: iterations and milliseconds of refining and of the same
solver alone, until it converged and until the first iterate without violation that costs at most 1% more than
the cheapest known; how many converged. Milliseconds of Crocoddyl on the UR5 are mostly those of its residuals
in Python: iterations are what compares there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
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
from sobolev_diffusion.solver.solve import solve, value_of
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.train import train
from sobolev_diffusion.warm_start.rollout import roll_out

GOOD, TOLERANCE = 1.01, 1e-3
TASKS = {"ur5": "ur5_small_random", "quadrotor": "quadrotor", "pendulum": "pendulum"}
"""Of this project -> the entry of the configuration that says how it is solved."""

Controls = Literal["rollout", "resting"]


@dataclass(frozen=True)
class Side:
    """A task for one of the solvers, and how that is set."""

    solver: str
    task: Task
    cold: SolverSettings
    warm: WarmSettings


def sides(name: str, config: Config, controls: Controls) -> list[Side]:
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
            CrocoddylWarmConfig(solver="boxfddp", max_iterations=cap, controls=controls),
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
    by: Side,
    alone: dict[int, Solution],
    known: list[float],
    policy: Policy,
    origin: str,
    action_length: int,
    seed: int,
) -> Iterator[dict[str, object]]:
    """A row per held-out instance: refined, beside the solver alone."""
    thetas = evaluation_thetas(by.task, seed, len(alone))
    noise = [evaluation_noise(by.task, seed, number) for number in range(len(thetas))]
    rollouts = roll_out(by.task, policy, thetas, action_length, noise)
    for number, theta in enumerate(thetas):
        xs, us = rollouts.xs[number], rollouts.us[number]
        problem, cold = by.task.problem(theta), alone[number]
        solution = solve(problem, warm_guess(by.task, xs, us, by.warm), by.warm, with_history=True)
        row: dict[str, object] = {"collected by": origin, "refined by": by.solver}
        good = GOOD * min(known[number], solution.cost)
        rollout = value_of(problem, xs, us)
        there = rollout.cost <= good and rollout.violation <= TOLERANCE
        for name, run, at_once in (("", solution, there), ("alone: ", cold, False)):
            iterations, seconds = (0, 0.0) if at_once else until(run, good)
            row |= {
                f"{name}iterations": run.iterations,
                f"{name}ms": 1e3 * run.seconds,
                f"{name}iterations to 1%": iterations,
                f"{name}ms to 1%": 1e3 * seconds,
                f"{name}converged": run.converged,
            }
        yield row


def until(run: Solution, good: float) -> tuple[float, float]:
    """Iterations and seconds until an iterate without violation costs at most this; infinite if none does."""
    history = run.history
    assert history is not None
    (there,) = np.nonzero((history.cost <= good) & (history.primal_infeasibility <= TOLERANCE))
    return (there[0] + 1, history.seconds[there[0]]) if len(there) else (np.inf, np.inf)


def main() -> None:
    """Compute the table, and append it to a file of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--task", choices=TASKS, default="ur5")
    parser.add_argument("--method", default="nearest", help="of the configuration; nearest: not trained")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--trajectories", type=int, default=50)
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--action-length", type=int, default=1)
    parser.add_argument("--controls", choices=["rollout", "resting"], default="rollout", help="of BoxFDDP")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    config = load()
    both = sides(given.task, config, given.controls)
    found: list[dict[str, Any]] = []
    for seed in range(given.seeds):
        alone = {
            side.solver: {
                number: solve(side.task.problem(theta), side.task.guess(theta), side.cold, with_history=True)
                for number, theta in enumerate(evaluation_thetas(side.task, seed, given.instances))
            }
            for side in both
        }
        known = [min(runs[number].cost for runs in alone.values()) for number in range(given.instances)]
        for origin in both:
            runs = select(collect(origin.task, origin.cold, seed, range(given.trajectories)))
            print(f"seed {seed}: {origin.solver} solved {len(runs)} of {given.trajectories}", flush=True)
            policy = policy_of(origin, runs, given.method, config, given.epochs, seed)
            for by in both:
                found += rows(by, alone[by.solver], known, policy, origin.solver, given.action_length, seed)
    table = pd.DataFrame(found)
    pair = ["collected by", "refined by"]
    shares = table.groupby(pair, sort=False)[["converged", "alone: converged"]].mean()
    medians = table.drop(columns=shares.columns).groupby(pair, sort=False).median()
    summary = medians.join(shares).round(4)
    print(summary.to_string())
    if given.output:
        told = f"{given.trajectories} trajectories, {given.instances} held out, {given.seeds} seeds"
        heading = f"\n## {given.task}, {given.method}: {told}; BoxFDDP from controls: {given.controls}\n\n"
        with given.output.open("a") as file:
            file.write(heading + summary.reset_index().to_markdown(index=False) + "\n")


if __name__ == "__main__":
    main()
