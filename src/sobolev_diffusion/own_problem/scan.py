"""Which settings of the solver solve a task: candidates on a few instances, in processes that may die."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.costs import within
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.reused_problem import ReusedProblem

FEW, CAPS = 4, (200, 1000)
"""Instances of the first look at all candidates, and its caps on iterations: the second if none comes far."""
KEPT = 4
"""Candidates that are looked at more closely."""
AS_GOOD = 0.05
"""By which share a solution may cost more than the best one known and still be one."""

Config = TypeVar("Config", bound=SolverConfig)
Start = tuple[Array, Array, Array]
"""theta, and a guess: states (T+1, nx), controls (T, nu)."""


@dataclass(frozen=True)
class Scanned(Generic[Config]):
    """What came of a scan.

    Attributes:
        best: the settings that need the fewest iterations, instances that are not solved counted as the cap.
        solved: share of the instances that they solve.
        iterations: those of the solves that converged, their largest; 0 where none did.
        rows: of the report, one for each candidate.
    """

    best: Config
    solved: float
    iterations: int
    rows: list[dict[str, Any]]


def good(cost: Array, converged: NDArray[np.bool_], best: Array) -> NDArray[np.bool_]:
    """Which runs ended in a solution that is about as good as the best one known, elementwise."""
    return converged & (cost <= within(best, AS_GOOD) + 1e-12)


def scan(
    task: Task, candidates: Sequence[Config], starts: Sequence[Start], workers: int, count: int
) -> Scanned[Config]:
    """All candidates on the first starts, the best ones on all.

    Args:
        task: builds the problems.
        candidates: settings to compare.
        starts: instances, with what the solver starts from.
        workers: processes side by side.
        count: how many of the starts all candidates are tried on.
    """
    few = starts[:count]
    for cap in CAPS:
        runs = _run(task, candidates, few, cap, workers)
        effort, solved = _judge(runs, cap)
        if solved.max() > 0.5:
            break
    order = np.argsort(effort, kind="stable")[:KEPT]
    kept = [candidates[i] for i in order]
    runs = _run(task, kept, starts, CAPS[-1], workers)
    closer, share = _judge(runs, CAPS[-1])
    first = int(np.argmin(closer))
    ended = runs[first]
    rows = [
        {"settings": told(candidate), "solved": f"{solved[i]:.0%} of {len(few)}", "effort": float(effort[i])}
        for i, candidate in enumerate(candidates)
    ]
    for i, candidate, mean, of_all in zip(order, kept, closer, share, strict=True):
        rows[i] = {
            "settings": told(candidate),
            "solved": f"{of_all:.0%} of {len(starts)}",
            "effort": float(mean),
        }
    converged = ended[:, 1] > 0
    longest = int(ended[converged, 0].max()) if converged.any() else 0
    return Scanned(kept[first], float(share[first]), longest, rows)


def _judge(runs: Array, cap: int) -> tuple[Array, Array]:
    """Mean iterations of each candidate, and the share that it solves; runs as `_run` gives them."""
    iterations, converged, cost = runs[..., 0], runs[..., 1] > 0, runs[..., 2]
    best = np.where(converged, cost, np.inf).min(axis=0)
    solved = good(cost, converged, best)
    return np.where(solved, iterations, cap).mean(axis=1), solved.mean(axis=1)


def _run(
    task: Task, candidates: Sequence[SolverConfig], starts: Sequence[Start], cap: int, workers: int
) -> Array:
    """Iterations, whether converged, and cost of every candidate on every start, (candidates, starts, 3)."""
    reused = ReusedProblem(task)  # of each process

    def one(index: int) -> tuple[float, float, float]:
        candidate, (theta, xs, us) = candidates[index // len(starts)], starts[index % len(starts)]
        config = candidate.model_copy(update={"max_iterations": cap})
        guess = warm_guess(task, xs, us, config) if isinstance(config, WarmConfig) else (xs, us)
        with np.errstate(all="ignore"):  # what diverges is one that does not solve, no news
            solution = solve(reused.of(theta), guess, config)
        return float(solution.iterations), float(solution.converged), solution.cost

    answers = call_on_all(one, len(candidates) * len(starts), workers=workers)
    runs = [(cap, 0.0, np.inf) if isinstance(answer, Failure) else answer for answer in answers]
    return np.array(runs, dtype=float).reshape(len(candidates), len(starts), 3)


def told(config: SolverConfig) -> str:
    """Settings in words, those that are compared."""
    words = [config.step_acceptance, f"{config.rollout} rollout", f"mu {config.mu:g}"]
    if config.dual_tolerance is not None:
        words.append(f"dual tolerance {config.dual_tolerance:g}")
    if isinstance(config, WarmConfig):
        words.append(f"{config.controls} controls")
    return ", ".join(words)
