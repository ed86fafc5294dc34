"""Fit a warm start: settings of the solver, demonstrations, trainings, and the choice among them.

Nothing here looks at a clock: what is chosen depends on the task, the seed and the budget alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sobolev_diffusion.config import (
    ContinuationConfig,
    InterplayConfig,
    MethodConfig,
    SolverConfig,
    WarmConfig,
)
from sobolev_diffusion.config.experiments import LocalMinimaConfig
from sobolev_diffusion.own_problem import trials as tried_out
from sobolev_diffusion.own_problem.guesser import WAYS, Guesser, Way
from sobolev_diffusion.own_problem.scan import CAPS, FEW, Scanned, Start, good, scan, told
from sobolev_diffusion.own_problem.trials import Trials
from sobolev_diffusion.own_problem.validation import Runs, Validation
from sobolev_diffusion.own_problem.working_folder import WorkingFolder
from sobolev_diffusion.policies import ChunkPolicy
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.continuation import collect_from_neighbours
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.parameter_derivatives import parameter_derivatives
from sobolev_diffusion.solver.selection import worse_minima
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.tasks.fingerprint import fingerprint
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.training.train import train
from sobolev_diffusion.weakened import Weakened

BLOCK = 10
"""Solves that are lost, at most, when it is stopped."""
LEAST = 5
"""Demonstrations, below which nothing is learnt."""
ENOUGH = 0.6
"""Share of instances that solver settings should solve before looser tolerances are tried."""
WORTH = 0.05
"""Share of the iterations that another block of solves, or a longer training, must save."""
SAVES: dict[Way, float] = {"nearest": 0.05, "policy": 0.25, "cheaper": 0.05}
"""Share of the iterations that a way must save over those before: asking the policy takes longest."""
SCATTERED = 0.2
"""Share of instances for which neighbours lead to better solutions, from which on those are asked for all."""
CONTINUATION = ContinuationConfig(neighbours=4, rounds=4)
LOCAL_MINIMA = LocalMinimaConfig(neighbours=10, margin=0.3)
TRAINING_TIMEOUT = 24 * 3600.0  # s

Say = Callable[[str], None]


class FitError(RuntimeError):
    """Nothing can be fitted: what is missing, and what to do. One line."""


@dataclass
class Fitted:
    """What a fit ends with.

    Attributes:
        cold, warm: settings of the solver, alone and from a guess.
        way, action_length: where the solver starts from, and T_a of the policy.
        policy: the best one trained.
        demonstrations: what it learnt from, and what nearest ones are looked for in.
        tried: rows of what was tried: step, choice, result, taken.
        curve: rows of the learning curve: solves, learnt from, iterations by way.
    """

    cold: SolverConfig
    warm: WarmConfig
    way: Way
    action_length: int
    policy: ChunkPolicy
    demonstrations: Demonstrations
    tried: list[dict[str, Any]] = field(default_factory=list)
    curve: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Trained:
    """A training that was tried, and the T_a that is best with it."""

    name: str
    method: MethodConfig
    steps: int
    data: Demonstrations
    policy: ChunkPolicy
    action_length: int
    effort: float

    @property
    def told(self) -> str:
        """It in words."""
        return _told(self.name, self.steps, len(self.data), self.action_length)


def _told(name: str, steps: int, demonstrations: int, action_length: int) -> str:
    return f"{name}, {steps} steps, {demonstrations} demonstrations, T_a {action_length}"


class Fitting:
    """One fit, from the check of the task to the choice.

    Args:
        task: what is fitted.
        solves: training instances that are solved, at most.
        workers: processes side by side; the result does not depend on it.
        seed: of instances and trainings.
        tolerance: of the solver.
        trials: how much is tried.
        folder: keeps what was computed.
        say: told in one line what is being done.
        advance: told how many of the training instances have been solved.
    """

    def __init__(
        self,
        task: Task,
        solves: int,
        workers: int,
        seed: int,
        tolerance: float,
        trials: Trials,
        folder: WorkingFolder,
        say: Say,
        advance: Callable[[int, int], None],
    ) -> None:
        self._task, self._solves, self._workers, self._seed = task, solves, workers, seed
        self._tolerance, self._trials, self._folder = tolerance, trials, folder
        self._say, self._advance = say, advance
        self._validation = Validation(task, seed, trials.validated, workers)
        self._tried: list[dict[str, Any]] = []
        self._curve: list[dict[str, Any]] = []

    def run(self) -> Fitted:
        """All steps, each only where its result is not there yet."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Weakened)  # counted in what was tried
            return self._run()

    def _run(self) -> Fitted:
        tried_out.prediction_horizon(self._task.horizon)  # before anything is solved
        cold = self._scan_cold()
        cold = cold.model_copy(update={"parameter_gains": self._has_parameter_gains()})
        alone = self._validate("alone", None, None, cold, None, 1)
        data, warm, trained = self._collect(cold)
        best = self._compare_trainings(data, cold, warm, trained)
        data = best.data
        warm = self._scan_again(cold, warm, best)
        best = self._train_longer(cold, warm, best)
        way = self._choose_way(cold, warm, best, alone)
        return Fitted(cold, warm, way, best.action_length, best.policy, data, self._tried, self._curve)

    # --- settings of the solver ------------------------------------------------------------------

    def _scan_cold(self) -> SolverConfig:
        self._say("comparing settings of the solver from the task's own guess")
        task, count = self._task, self._trials.scanned
        thetas = [instance(task, TRAINING, self._seed, number) for number in range(count)]
        starts = [(theta, *task.guess(theta)) for theta in thetas]
        scans: list[Scanned[SolverConfig]] = []
        for dual in tried_out.LOOSER:
            candidates = tried_out.cold_settings(self._tolerance, dual)
            scans.append(self._scan("solver alone", candidates, starts, SolverConfig))
            if scans[-1].solved >= ENOUGH:
                break
        chosen = max(scans, key=lambda each: each.solved)  # of equal ones the strictest
        if not chosen.solved:
            compared = sum(len(each.rows) for each in scans)
            raise FitError(
                f"{task.name}: none of {compared} settings of the solver solves any of {count} instances "
                f"within {CAPS[-1]} iterations; begin with an easier problem (a shorter "
                "horizon, smaller steps, a better guess), or a larger tolerance"
            )
        self._take(f"solver alone: {told(chosen.best)}")
        cap = int(np.clip(5 * chosen.iterations, 100, 1000))
        return chosen.best.model_copy(update={"max_iterations": cap})

    def _scan_warm(
        self, data: Demonstrations, cold: SolverConfig, best: _Trained | None, before: WarmConfig | None
    ) -> WarmConfig:
        """From the nearest demonstration, and from the policy where there is one."""
        self._say("comparing settings of the solver from guesses")
        ways: list[Way] = ["nearest", "policy"] if best else ["nearest"]
        policy, length = (best.policy, best.action_length) if best else (None, 1)
        count = self._trials.scanned
        thetas, problems = self._validation.thetas[:count], self._validation.problems[:count]
        guesses = [
            Guesser(self._task, way, policy, data, cold.tolerance, length).guesses(thetas, problems)
            for way in ways
        ]
        starts = [
            (theta, guess.xs, guess.us)
            for theta, *of_each in zip(thetas, *guesses, strict=True)
            for guess in of_each
            if guess.source != "interpolated"
        ]
        if not starts:
            return before or WarmConfig(**cold.model_dump(exclude={"parameter_gains", "gains_mu"}))
        step = f"solver from {' and '.join(ways)}"
        scanned = self._scan(step, tried_out.warm_settings(cold), starts, WarmConfig)
        self._take(f"{step}: {told(scanned.best)}")
        return scanned.best

    def _scan_again(self, cold: SolverConfig, warm: WarmConfig, best: _Trained) -> WarmConfig:
        """Settings from the policy's guesses too, where those save more than the ones of before."""
        data = best.data
        other = self._scan_warm(data, cold, best, warm)
        efforts = []
        for settings in (warm, other):
            nearest = self._validate("nearest", None, data, cold, settings, 1)
            about = (best.name, best.steps)
            policy = self._validate("policy", best.policy, data, cold, settings, best.action_length, about)
            efforts.append(min(self._effort(nearest, cold), self._effort(policy, cold)))
            result = f"{efforts[-1]:.4g} iterations from the better of both"
            self._note("settings from guesses", told(settings), result)
        chosen = other if efforts[1] < efforts[0] else warm
        self._take(f"settings from guesses: {told(chosen)}")
        return chosen

    def _scan(
        self, step: str, candidates: list[Any], starts: list[Start], kind: type[SolverConfig]
    ) -> Scanned[Any]:
        few = min(FEW, len(starts))

        def compute() -> dict[str, Any]:
            found = scan(self._task, candidates, starts, self._workers, few)
            return {**vars(found), "best": found.best.model_dump(mode="json")}

        question = [candidates, [[part.tolist() for part in start] for start in starts]]
        content = self._folder.answer("scan", question, compute)
        scanned: Scanned[Any] = Scanned(**{**content, "best": kind(**content["best"])})
        for row in scanned.rows:
            self._note(step, row["settings"], f"{row['solved']} solved, {row['effort']:.4g} iterations")
        return scanned

    def _has_parameter_gains(self) -> bool:
        """Whether the solver's gains in the task's parameters can be had."""
        task = self._task
        if not len(task.parameters):
            return False
        theta = instance(task, TRAINING, self._seed, 0)
        try:
            parameter_derivatives(task, theta, *task.guess(theta))
        except TaskError as error:
            self._note("gains in the parameters", "no", str(error), taken=True)
            return False
        self._note("gains in the parameters", "yes", f"{len(task.parameters)} entries of theta", taken=True)
        return True

    # --- demonstrations --------------------------------------------------------------------------

    def _collect(self, cold: SolverConfig) -> tuple[Demonstrations, WarmConfig, _Trained]:
        """Blocks of solves, until another one no longer helps or the budget is spent."""
        warm: WarmConfig | None = None
        before, scattered = np.inf, True
        sizes = sorted({min(self._solves, max(2 * BLOCK, self._solves // part)) for part in (4, 2, 1)})
        for size in sizes:
            self._say(f"solving {size} training instances")
            runs = self._solve(cold, size)
            if int(runs.converged.sum()) < LEAST and size < sizes[-1]:
                continue
            data = self._usable(runs)
            warm = warm or self._scan_warm(data, cold, None, None)
            if scattered:
                data, scattered = self._selected(runs, cold, warm)
            self._note(f"{size} solves", "learn from", f"{len(data)} demonstrations", taken=True)
            self._say(f"learning from {len(data)} demonstrations")
            name, method = next(iter(tried_out.methods(self._task, data.parameter_gains is not None).items()))
            (trained,) = self._train(data, {name: method}, self._trials.steps, cold, warm)
            nearest = self._validate("nearest", None, data, cold, warm, 1)
            effort = self._effort(nearest, cold)
            self._curve.append(
                {"solves": size, "learnt": len(data), "nearest": effort, "policy": trained.effort}
            )
            now = min(effort, trained.effort)
            if now > (1 - WORTH) * before:
                break
            before = now
        assert warm is not None  # the last size has enough, or `_usable` has raised
        return data, warm, trained

    def _solve(self, cold: SolverConfig, count: int) -> Demonstrations:
        parts = []
        for first in range(0, count, BLOCK):
            numbers = range(first, min(first + BLOCK, count))
            path = self._folder.path("solves", [cold, list(numbers)], ".npz")
            if not path.exists():
                collect(self._task, cold, self._seed, numbers, self._workers).save(path)
            parts.append(Demonstrations.load(path))
            self._advance(numbers.stop, count)
        return Demonstrations.concatenate(parts)

    def _usable(self, runs: Demonstrations) -> Demonstrations:
        """Those that converged.

        Raises:
            FitError: too few.
        """
        usable = runs.take(runs.converged)
        if len(usable) < LEAST:
            raise FitError(
                f"{self._task.name}: {len(usable)} of {len(runs)} training instances were solved, at least "
                f"{LEAST} are needed ({runs.how_they_ended()}); take more solves, or make the problem easier"
            )
        return usable

    def _selected(
        self, runs: Demonstrations, cold: SolverConfig, warm: WarmConfig
    ) -> tuple[Demonstrations, bool]:
        """What is learnt from; and whether solving again from neighbours found many better solutions."""
        self._say(f"solving {len(runs)} training instances again, from their neighbours")
        config = warm.model_copy(update={"parameter_gains": cold.parameter_gains})
        path = self._folder.path("neighbours", [cold, config, CONTINUATION, len(runs)], ".npz")
        if not path.exists():
            collect_from_neighbours(
                self._task, config, CONTINUATION, runs, int(runs.instance.min()), self._workers
            ).save(path)
        again = Demonstrations.load(path)
        costs = np.where(runs.converged, runs.cost, np.inf)
        better = again.converged & ~good(costs, runs.converged, again.cost)
        helps = bool(better.mean() >= SCATTERED)
        self._note(
            f"{len(runs)} solves",
            "again from neighbours",
            f"{runs.converged.sum()} converged alone, {again.converged.sum()} with neighbours; "
            f"{better.sum()} found a better solution",
            taken=helps,
        )
        return (self._usable(again) if helps else self._usable(runs)), helps

    # --- trainings -------------------------------------------------------------------------------

    def _compare_trainings(
        self, data: Demonstrations, cold: SolverConfig, warm: WarmConfig, first: _Trained
    ) -> _Trained:
        others = tried_out.methods(self._task, data.parameter_gains is not None)
        self._say(f"comparing {len(others)} trainings")
        del others[first.name]
        found = [first, *self._train(data, others, self._trials.steps, cold, warm)]
        cheap = data.take(~worse_minima(data, InterplayConfig(reject_local_minima=LOCAL_MINIMA)))
        if max(LEAST, len(data) / 3) <= len(cheap) < len(data):
            only = {f"{first.name}, without costly ones": first.method}
            found += self._train(cheap, only, self._trials.steps, cold, warm)
        best = min(found, key=lambda each: each.effort)
        self._take(f"training: {best.told}")
        return best

    def _train_longer(self, cold: SolverConfig, warm: WarmConfig, best: _Trained) -> _Trained:
        """Four times as long, as long as that helps."""
        data = best.data
        best = self._rated(best.name, best.method, best.steps, best.policy, data, cold, warm)
        while 4 * best.steps <= self._trials.longest:
            self._say(f"training for {4 * best.steps} steps")
            (longer,) = self._train(data, {best.name: best.method}, 4 * best.steps, cold, warm)
            if longer.effort > (1 - WORTH) * best.effort:
                break
            best = longer
        self._take(f"training: {best.told}")
        return best

    def _train(
        self,
        data: Demonstrations,
        methods: dict[str, MethodConfig],
        steps: int,
        cold: SolverConfig,
        warm: WarmConfig,
    ) -> list[_Trained]:
        """Trained side by side, each in a process of its own; the best T_a of each."""
        task, seed = self._task, self._seed
        about = [len(data), data.instance.tolist(), float(data.cost.sum()), steps]
        paths = [self._folder.path("policy", [*about, method], ".safetensors") for method in methods.values()]
        missing = [
            (path, method) for path, method in zip(paths, methods.values(), strict=True) if not path.exists()
        ]

        def one(index: int) -> tuple[Any, dict[str, np.ndarray]]:
            _, method = missing[index]
            count = tried_out.epochs(steps, len(data), task.horizon, method)
            policy = train(task, data, method, count, seed).policy
            return policy.header(), policy.arrays()

        answers = call_on_all(one, len(missing), workers=self._workers, timeout=TRAINING_TIMEOUT)
        failed = {}
        for (path, method), answer in zip(missing, answers, strict=True):
            if isinstance(answer, Failure):
                failed[path] = answer.reason
                continue
            policy = Policy.kinds[method.policy.kind].restored(*answer)
            policy.trained_on = fingerprint(task)
            policy.save(path)
        found = []
        for path, (name, method) in zip(paths, methods.items(), strict=True):
            if path in failed:
                self._note("training", f"{name}, {steps} steps", f"failed: {failed[path]}")
                continue
            found.append(self._rated(name, method, steps, ChunkPolicy.load(path), data, cold, warm))
        if not found:
            raise FitError(f"{task.name}: no training came to an end: {next(iter(failed.values()))}")
        return found

    def _rated(
        self,
        name: str,
        method: MethodConfig,
        steps: int,
        policy: ChunkPolicy,
        data: Demonstrations,
        cold: SolverConfig,
        warm: WarmConfig,
    ) -> _Trained:
        """A training with the T_a that is best with it."""
        efforts = {}
        for length in tried_out.action_lengths(policy.max_action_length):
            runs = self._validate("policy", policy, data, cold, warm, length, (name, steps))
            efforts[length] = self._effort(runs, cold)
            self._note(
                "training",
                _told(name, steps, len(data), length),
                f"{efforts[length]:.4g} iterations, median guess costs {np.median(runs.guess_cost):.4g}",
            )
        enough = min(efforts.values()) / (1 - WORTH)  # of about equal ones the one that predicts least often
        length = max(each for each in efforts if efforts[each] <= enough)
        return _Trained(name, method, steps, data, policy, length, efforts[length])

    # --- held-out instances ----------------------------------------------------------------------

    def _validate(
        self,
        way: Way,
        policy: Policy | None,
        data: Demonstrations | None,
        cold: SolverConfig,
        warm: WarmConfig | None,
        length: int,
        trained: tuple[str, int] | None = None,
    ) -> Runs:
        """How the solver does from the guesses of a way."""
        about = [data.instance.tolist(), float(data.cost.sum())] if data else []
        question = [way, about, cold, warm, length, trained, len(self._validation.thetas)]

        def compute() -> dict[str, Any]:
            guesser = Guesser(self._task, way, policy, data, cold.tolerance, length)
            guesses = guesser.guesses(self._validation.thetas, self._validation.problems)
            return self._validation.run(guesses, cold, warm or WarmConfig()).to_json()

        return self._validation.note(Runs.from_json(self._folder.answer("validation", question, compute)))

    def _effort(self, runs: Runs, cold: SolverConfig) -> float:
        return self._validation.effort(runs, cold.max_iterations)

    def _choose_way(self, cold: SolverConfig, warm: WarmConfig, best: _Trained, alone: Runs) -> Way:
        """The way that needs the fewest iterations, where it saves more of them than its guess is worth."""
        self._say("comparing where to start from")
        runs = {"alone": alone} | {
            way: self._validate(
                way, best.policy, best.data, cold, warm, best.action_length, (best.name, best.steps)
            )
            for way in WAYS[1:]
        }
        efforts = {way: self._effort(runs[way], cold) for way in WAYS}
        for way in WAYS:
            solved = self._validation.solved(runs[way]).mean()
            self._note("start from", way, f"{solved:.0%} solved, {efforts[way]:.4g} iterations")
        chosen: Way = "alone"
        for way in WAYS[1:]:  # the cheapest guess first
            if efforts[way] < (1 - SAVES[way]) * efforts[chosen]:
                chosen = way
        self._take(f"start from: {chosen}")
        return chosen

    # --- what was tried --------------------------------------------------------------------------

    def _note(self, step: str, choice: str, result: str, taken: bool = False) -> None:
        self._tried.append({"step": step, "choice": choice, "result": result, "taken": taken})

    def _take(self, what: str) -> None:
        """Mark what was chosen, the last that it was tried."""
        for row in reversed(self._tried):
            if f"{row['step']}: {row['choice']}" == what:
                row["taken"] = True
                break
        self._say(f"took {what}")


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
        tried_out.prediction_horizon(task.horizon)
    except ValueError as error:
        raise FitError(f"{task.name}: {error}") from error
