"""How good the best trajectory so far is as time goes by, for TO alone and from guesses: one instance at a
time, on a machine that does nothing else.

The convergence flag hides what a guess is worth: a rollout fulfils the dynamics and may be good enough before
the solver starts, and the last iterations change nothing that a user sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sobolev_diffusion.config import GuessConfig, SolverSettings, WarmSettings
from sobolev_diffusion.config.methods import FLOOR, TO_ALONE
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import Failure
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
from sobolev_diffusion.tasks.problems import Problem
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.warm_start.guesses import Guess, GuessChooser
from sobolev_diffusion.warm_start.refine import refine_guess
from sobolev_diffusion.warm_start.steady import solved, timed
from sobolev_diffusion.weakened import counted, weaken

DISTURBANCE = 0.05  # of the controls from which the floor is measured, as a fraction of their mean size


def profile(
    task: Task,
    policies: Mapping[str, Policy],
    learnt: Mapping[str, Demonstrations | None],
    guesses: GuessConfig,
    cold: SolverSettings,
    warm: WarmSettings,
    seed: int,
    instances: int,
    action_length: int,
) -> pd.DataFrame:
    """Every iterate of TO alone, of the solver from the guess of each policy, and of the floor.

    The floor is what any guess can be worth: the solver from the solution of TO alone itself, its controls
    disturbed by 5% of their mean size and followed with its gains. How seconds are taken: `steady`.

    Args:
        task: builds the problems; building one is not timed, for everybody needs it.
        policies: by method.
        learnt: what each has learnt from, where its guesses are chosen by that.
        guesses: how guesses are chosen.
        cold, warm: solver settings from the interpolated guess, and from a rollout.
        seed, instances: the first evaluation instances of a seed.
        action_length: T_a, cut at a policy's largest.

    Returns:
        A row per (method, instance, iteration): seconds since the start, cost, feasible (no more violation
        than the solver's tolerance), dual_infeasibility (of the iterate before); iteration 0 is the rollout,
        where there is one. With each: source of the guess (see `Guess`), and whether the run converged, how
        many seconds it took and how many iterations.
    """
    thetas = evaluation_thetas(task, seed, instances)
    choosers = {
        method: GuessChooser(task, policy, learnt[method], guesses, cold.tolerance)
        for method, policy in policies.items()
    }
    lengths = {name: policy.config.applicable([action_length])[0] for name, policy in policies.items()}
    tables: list[pd.DataFrame] = []
    errors: list[str] = []

    def run(solving: Callable[[], Solution]) -> Solution | None:
        """None where its process died."""
        answer = solved(solving)
        reason = answer.reason if isinstance(answer, Failure) else answer.error
        if reason:
            errors.append(reason)
        return None if isinstance(answer, Failure) else answer

    def guess_by(method: str, number: int, problem: Problem) -> Guess:
        noise = [evaluation_noise(task, seed, number)]
        (guess,) = choosers[method].choose([thetas[number]], [problem], lengths[method], noise)
        return guess

    for number, theta in enumerate(thetas):
        problem = task.problem(theta)
        about = {"instance": number}

        refined = partial(refine_guess, task, theta, problem, warm=warm, cold=cold, with_history=True)
        from_afar = partial(solve, problem, task.guess(theta), cold, with_gains=True, with_history=True)
        alone = run(from_afar)
        table = _iterates(alone, None, 0.0, cold)
        tables.append(table.assign(method=TO_ALONE, source="interpolated", **about))
        for method in policies:
            guess, seconds = timed(partial(guess_by, method, number, problem))
            solution = run(partial(refined, guess, restart=guesses.restart))
            table = _iterates(solution, guess, seconds, cold)
            tables.append(table.assign(method=method, source=guess.source, **about))
        if alone is not None and alone.converged:
            floor = _disturbed(task, theta, alone, stream("disturbance", task.name, seed, number))
            solution = run(partial(refined, floor, restart=False))
            table = _iterates(solution, None, 0.0, cold)
            tables.append(table.assign(method=FLOOR, source="solution", **about))
    weaken("profiled solves have no result", len(errors), len(tables), counted(errors))
    return pd.concat(tables, ignore_index=True)


def _disturbed(task: Task, theta: Array, solution: Solution, rng: np.random.Generator) -> Guess:
    """The solution followed with its gains, its controls disturbed."""
    assert solution.linearisation is not None
    noise = DISTURBANCE * np.abs(solution.us).mean() * rng.standard_normal(solution.us.shape)
    gains = solution.linearisation.gains
    xs, us = follow(task, solution.xs, solution.us + noise, gains, task.initial_state(theta))
    return Guess(xs, us, "policy", np.nan, np.nan, 0, 0)


def _iterates(
    solution: Solution | None, guess: Guess | None, before: float, cold: SolverSettings
) -> pd.DataFrame:
    """The rows of one run.

    Args:
        solution: with its history; None where the process died.
        guess: the rollout that it began from, if any.
        before: seconds that the guess took.
        cold: tolerance of feasibility.
    """
    rows: list[dict[str, Any]] = []
    if guess is not None and np.isfinite(guess.cost):
        rows.append(
            {
                "iteration": 0,
                "seconds": before,
                "cost": guess.cost,
                "feasible": guess.violation <= cold.tolerance,
                "dual_infeasibility": np.nan,
            }
        )
    ended = {"converged": False, "total_seconds": np.inf, "iterations": 0}
    if solution is not None and solution.history is not None:
        history = solution.history
        rows += [
            {
                "iteration": k + 1,
                "seconds": before + history.seconds[k],
                "cost": history.cost[k],
                "feasible": history.primal_infeasibility[k] <= cold.tolerance,
                "dual_infeasibility": history.dual_infeasibility[k],
            }
            for k in range(len(history.seconds))
        ]
        ended = {
            "converged": solution.converged,
            "total_seconds": before + solution.seconds,
            "iterations": solution.iterations,
        }
    if not rows:  # so that the instance is there
        rows = [
            {
                "iteration": 0,
                "seconds": np.inf,
                "cost": np.inf,
                "feasible": False,
                "dual_infeasibility": np.nan,
            }
        ]
    return pd.DataFrame(rows).assign(**ended)
