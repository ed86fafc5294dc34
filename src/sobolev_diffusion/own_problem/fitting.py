"""Fit a warm start: the order of its steps.

Nothing here looks at a clock: what is chosen depends on the task, the seed and the budget alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.own_problem.control_modes import offered
from sobolev_diffusion.own_problem.fit_job import FitJob
from sobolev_diffusion.own_problem.fitted import FitError, Fitted
from sobolev_diffusion.own_problem.solved_blocks import BLOCK, LEAST, SolvedBlocks
from sobolev_diffusion.own_problem.solver_settings import SolverSettings
from sobolev_diffusion.own_problem.starts import Starts
from sobolev_diffusion.own_problem.trainings import WORTH, Trained, Trainings
from sobolev_diffusion.own_problem.trials import prediction_horizon
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.weakened import Weakened


class Fitting:
    """One fit, from the check of the task to the choice.

    Args:
        job: the task, and within what bounds it is fitted.
        solves: training instances that are solved, at most.
        tolerance: of the solver.
        advance: told how many of the training instances have been solved.
    """

    def __init__(
        self, job: FitJob, solves: int, tolerance: float, advance: Callable[[int, int], None]
    ) -> None:
        self._job, self._solves, self._tolerance, self._advance = job, solves, tolerance, advance
        self._starts = Starts(job)
        self._settings = SolverSettings(job, self._starts)
        self._curve: list[dict[str, Any]] = []

    def run(self) -> Fitted:
        """All steps, each only where its result is not there yet."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Weakened)  # counted in what was tried
            return self._run()

    def _run(self) -> Fitted:
        job, starts, settings = self._job, self._starts, self._settings
        cold = settings.alone(self._tolerance)
        alone = starts.run("alone", cold)
        trainings = Trainings(job, offered(job.task, job.tried), starts, cold)
        warm, first = self._collect(cold, trainings)
        best = trainings.compare(warm, first)
        warm = settings.again(cold, warm, best.data, best.candidate)
        best = trainings.longer(warm, best)
        way = starts.choose(cold, warm, best.data, best.candidate, alone)
        control = best.method.task.control
        job.tried.note("control mode", control, f"that of the best training, {best.method.name}", taken=True)
        return Fitted(
            cold, warm, way, control, best.action_length, best.policy, best.data, job.tried.rows, self._curve
        )

    def _collect(self, cold: SolverConfig, trainings: Trainings) -> tuple[WarmConfig, Trained]:
        """Blocks of solves, until another one no longer helps or the budget is spent."""
        tried, starts = self._job.tried, self._starts
        blocks = SolvedBlocks(self._job, cold, self._advance)
        warm: WarmConfig | None = None
        before = np.inf
        sizes = sorted({min(self._solves, max(2 * BLOCK, self._solves // part)) for part in (4, 2, 1)})
        for size in sizes:
            tried.say(f"solving {size} training instances")
            runs = blocks.first(size)
            if int(runs.converged.sum()) < LEAST and size < sizes[-1]:
                continue
            warm = warm or self._settings.from_guesses(cold, blocks.usable(runs))
            data = blocks.selected(runs, warm)
            tried.note(f"{size} solves", "learn from", f"{len(data)} demonstrations", taken=True)
            tried.say(f"learning from {len(data)} demonstrations")
            trained = trainings.first(data, warm)
            effort = starts.effort(starts.run("nearest", cold, warm, data), cold)
            self._curve.append(
                {"solves": size, "learnt": len(data), "nearest": effort, "policy": trained.effort}
            )
            now = min(effort, trained.effort)
            if now > (1 - WORTH) * before:
                break
            before = now
        assert warm is not None  # the last size has enough, or `usable` has raised
        return warm, trained


def check(task: Task, solves: int, workers: int) -> None:
    """What can be told before anything is computed.

    Raises:
        TaskError: the task does not do what a task should.
        FitError: numbers that make no sense; problems of Crocoddyl; a horizon shorter than a chunk.
    """
    for name, number, least in (("solves", solves, LEAST), ("workers", workers, 1)):
        if number < least:
            raise FitError(f"{name}: at least {least}, got {number}")
    check_once(task)
    if is_crocoddyl(task.problem(task.sample(np.random.default_rng(0)))):
        raise FitError(
            f"{task.name}: a fit tries settings of ProxDDP, and problem(theta) is Crocoddyl's: use collect, "
            "train and evaluate"
        )
    try:
        prediction_horizon(task.horizon)
    except ValueError as error:
        raise FitError(f"{task.name}: {error}") from error
