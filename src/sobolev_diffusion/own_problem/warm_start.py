"""`WarmStart`: what a user of the library has of a fit."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np

from sobolev_diffusion.files import write_text_atomically
from sobolev_diffusion.own_problem import warm_file
from sobolev_diffusion.own_problem.control_modes import controlled_by
from sobolev_diffusion.own_problem.fit_job import FitJob
from sobolev_diffusion.own_problem.fitted import FitError, Fitted
from sobolev_diffusion.own_problem.fitting import Fitting, check
from sobolev_diffusion.own_problem.guesser import Guesser
from sobolev_diffusion.own_problem.progress import Progress
from sobolev_diffusion.own_problem.trials import Trials
from sobolev_diffusion.own_problem.tried import Tried
from sobolev_diffusion.own_problem.ways import WAYS, Way
from sobolev_diffusion.own_problem.working_folder import WorkingFolder
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.tasks.base import Array, Task, TaskError
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.reused_problem import ReusedProblem
from sobolev_diffusion.warm_start.guesses import Guess
from sobolev_diffusion.warm_start.refine import refine_guess

__all__ = ["FitError", "Solved", "WarmStart"]


@dataclass(frozen=True)
class Solved:
    """An instance solved from the guess that was chosen for it.

    Attributes:
        guess: where the solver started from.
        solution: what it ended with.
        guess_seconds: what the guess took.
    """

    guess: Guess
    solution: Solution
    guess_seconds: float


class WarmStart:
    """Guesses for instances of a task, and the solver from them. May be used by several threads.

    Made by `fit` or `load`.

    Attributes:
        task: whose instances, in the control mode that was chosen.
        fitted: settings, policy and demonstrations, what was tried, and the learning curve.
        seed: that it was fitted with.
    """

    def __init__(self, task: Task, fitted: Fitted, seed: int) -> None:
        self.task = task = controlled_by(task, fitted.control)
        self.fitted, self.seed = fitted, seed
        f = fitted
        self._guesser = Guesser(task, f.way, f.policy, f.demonstrations, f.cold.tolerance, f.action_length)
        self._problems = ReusedProblem(task)
        self._lock = threading.RLock()  # tasks and policies compute in buffers of their own

    @staticmethod
    def fit(
        task: Task,
        solves: int = 100,
        workers: int = 4,
        seed: int = 0,
        progress: bool = True,
        folder: Path | str | None = None,
        *,
        tolerance: float = 1e-3,
        trials: Trials | None = None,
    ) -> WarmStart:
        """Solve training instances, learn from them, and choose on held-out ones how to warm-start.

        The same task, seed and budget give the same, whatever the number of workers. With a folder, a fit
        that was stopped goes on from where it was.

        Args:
            task: the problem.
            solves: training instances to solve, at most; the comparisons solve some more.
            workers: processes side by side.
            seed: of instances and trainings.
            progress: whether to tell on the error stream what is being done.
            folder: keeps what was computed; none: nothing is kept.
            tolerance: of the solver, primal and (where that can be had) dual.
            trials: how much is tried.

        Raises:
            TaskError: the task does not do what a task should.
            FitError: too few instances can be solved to learn from; numbers that make no sense.
            BadArtefact: the folder is of another fit, or cannot be written to.
        """
        check(task, solves, workers)
        with ExitStack() as stack:
            place = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
            told = stack.enter_context(Progress(progress))
            working, tried = WorkingFolder(place, task, seed), Tried(told.say)
            job = FitJob(task, seed, workers, trials or Trials(), working, tried)
            return WarmStart(task, Fitting(job, solves, tolerance, told.advance).run(), seed)

    def starting_from(self, way: Way) -> WarmStart:
        """The same, but for where the solver starts from: alone, nearest, policy or cheaper.

        Raises:
            ValueError: none of these.
        """
        if way not in WAYS:
            raise ValueError(f"way: one of {', '.join(WAYS)}, got {way!r}")
        return WarmStart(self.task, replace(self.fitted, way=way), self.seed)

    @property
    def policy(self) -> Policy:
        """The trained policy; for `roll_out`, `Policy.save` and the command `export`."""
        return self.fitted.policy

    @overload
    def guess(self, theta: Array) -> Guess: ...
    @overload
    def guess(self, theta: Sequence[Array]) -> list[Guess]: ...
    def guess(self, theta: Array | Sequence[Array]) -> Guess | list[Guess]:
        """The guess of an instance (n_theta,), or of each of a batch (n, n_theta): xs, us and its source.

        Where the source is "interpolated", xs and us are the task's own guess.

        Raises:
            TaskError: theta is not as long as the task's, or not finite.
        """
        thetas, one = self._checked(theta)
        with self._lock:
            guesses = [
                self._completed(each, guess)
                for each, guess in zip(thetas, self._guesser.guesses(thetas), strict=True)
            ]
        return guesses[0] if one else guesses

    @overload
    def solve(self, theta: Array) -> Solution: ...
    @overload
    def solve(self, theta: Sequence[Array]) -> list[Solution]: ...
    def solve(self, theta: Array | Sequence[Array]) -> Solution | list[Solution]:
        """The solution of an instance (n_theta,), or of each of a batch (n, n_theta), from its guess.

        Where the solver does not converge from it, it starts once more alone; iterations and seconds are
        those of both.

        Raises:
            TaskError: theta is not as long as the task's, or not finite.
        """
        thetas, one = self._checked(theta)
        solutions = [self.solved(each).solution for each in thetas]
        return solutions[0] if one else solutions

    def solved(self, theta: Array) -> Solved:
        """As `solve`, with the guess and the seconds that it took."""
        (theta,), _ = self._checked(theta)
        with self._lock:
            problem = self._problems.of(theta)
            start = time.perf_counter()
            (guess,) = self._guesser.guesses([theta], [problem])
            seconds = time.perf_counter() - start
            solution = refine_guess(
                self.task, theta, problem, guess, self.fitted.warm, self.fitted.cold, restart=True
            )
        return Solved(self._completed(theta, guess), solution, seconds)

    def save(self, path: Path | str, about: dict[str, Any] | None = None) -> None:
        """Write one file; the same warm start, the same bytes.

        Args:
            path: of the file.
            about: what the file says besides, in JSON; the commands note the task's file there.

        Raises:
            BadArtefact: it cannot be written.
        """
        warm_file.save(Path(os.fspath(path)), self.task, self.fitted, self.seed, about or {})

    @staticmethod
    def load(path: Path | str, task: Task) -> WarmStart:
        """Read what `save` wrote. Runs no code from the file.

        Raises:
            TaskError: the task does not do what a task should.
            BadArtefact: the file is missing, truncated, of another version, or was fitted to another task.
        """
        check_once(task)
        fitted, seed = warm_file.load(Path(os.fspath(path)), task)
        return WarmStart(task, fitted, seed)

    def report(self, path: Path | str, instances: int = 30, progress: bool = True) -> str:
        """Write one self-contained HTML page that says whether this warm start is worth it.

        Times are measured here, one instance at a time: on a machine that does nothing else.

        Args:
            path: of the page.
            instances: random ones to try it on, which the fit has not seen.
            progress: whether to tell on the error stream how far it is.

        Returns:
            Its first line: whether it pays, by how much, and how sure that is.

        Raises:
            BadArtefact: it cannot be written.
        """
        from sobolev_diffusion.own_problem.measure import measure
        from sobolev_diffusion.own_problem.report import page
        from sobolev_diffusion.own_problem.verdict import sentence

        if instances < 1:
            raise FitError(f"instances: at least 1, got {instances}")
        with self._lock, Progress(progress) as told:
            told.say(f"solving {instances} instances from every start")
            measured = measure(self.task, self.fitted, self.seed, instances, told.advance)
        text = page(self.task, self.fitted, self.seed, measured)
        write_text_atomically(Path(path), text)
        return sentence(measured, self.fitted.way)

    def _completed(self, theta: Array, guess: Guess) -> Guess:
        if guess.source != "interpolated":
            return guess
        xs, us = self.task.guess(theta)
        return replace(guess, xs=xs, us=us)

    def _checked(self, theta: Any) -> tuple[list[Array], bool]:
        """Instances, and whether it is a single one."""
        try:
            given = np.asarray(theta, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise TaskError(f"{self.task.name}: theta: expected numbers ({error})") from error
        wanted = len(self.task.sample(np.random.default_rng(0)))
        if given.ndim not in (1, 2) or given.shape[-1] != wanted:
            raise TaskError(
                f"{self.task.name}: theta: expected {wanted} numbers, as sample(rng) gives them, or an array "
                f"(n, {wanted}); got shape {given.shape}"
            )
        if not np.isfinite(given).all():
            raise TaskError(f"{self.task.name}: theta: expected finite numbers, got {given.tolist()}")
        return list(np.atleast_2d(given)), given.ndim == 1
