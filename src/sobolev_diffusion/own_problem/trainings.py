"""Trainings that are tried, and what the solver makes of their policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sobolev_diffusion.config import InterplayConfig, MethodConfig, SolverConfig, WarmConfig
from sobolev_diffusion.config.experiments import LocalMinimaConfig
from sobolev_diffusion.own_problem.fit_job import FitJob
from sobolev_diffusion.own_problem.fitted import FitError
from sobolev_diffusion.own_problem.solved_blocks import LEAST
from sobolev_diffusion.own_problem.starts import Candidate, Starts
from sobolev_diffusion.own_problem.trials import action_lengths, epochs, methods
from sobolev_diffusion.policies import ChunkPolicy
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.selection import worse_minima
from sobolev_diffusion.solver.workers import Failure, call_on_all
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.fingerprint import fingerprint
from sobolev_diffusion.training.train import train

WORTH = 0.05
"""Share of the iterations that another block of solves, or a longer training, must save."""
LOCAL_MINIMA = LocalMinimaConfig(neighbours=10, margin=0.3)
OF_OTHER_MODES = 2
"""Trainings that are tried in another control mode than the task's own."""
TRAINING_TIMEOUT = 24 * 3600.0  # s


@dataclass(frozen=True)
class Method:
    """What is trained: its name in words, for a task in one control mode."""

    name: str
    task: Task
    config: MethodConfig


@dataclass(frozen=True)
class Trained:
    """A training that was tried, and the T_a that is best with it.

    Attributes:
        method, steps, data: what was trained, for how many gradient steps, and on what.
        policy, action_length: what came of it.
        effort: iterations of the solver from its guesses.
    """

    method: Method
    steps: int
    data: Demonstrations
    policy: ChunkPolicy
    action_length: int
    effort: float

    @property
    def candidate(self) -> Candidate:
        """It as a policy to start from."""
        return Candidate(self.method.name, self.steps, self.method.task, self.policy, self.action_length)

    @property
    def told(self) -> str:
        """It in words."""
        return _told(self.method, self.steps, self.data, self.action_length)


def _told(method: Method, steps: int, data: Demonstrations, action_length: int) -> str:
    return f"{method.name}, {steps} steps, {len(data)} demonstrations, T_a {action_length}"


def guesses_told(cost: Array) -> str:
    """What guesses cost, (n,); infinite where every rollout was stopped."""
    median = np.median(cost)
    if np.isfinite(median):
        return f"median guess costs {median:.4g}"
    return f"{np.isinf(cost).mean():.0%} of the rollouts leave what is known, and the solver starts alone"


class Trainings:
    """The trainings of one fit.

    Args:
        job: the fit.
        modes: the task in the control modes that are tried, its own first.
        starts: runs on its held-out instances.
        cold: settings of the solver alone.
    """

    def __init__(self, job: FitJob, modes: Sequence[Task], starts: Starts, cold: SolverConfig) -> None:
        self._job, self._modes, self._starts, self._cold = job, modes, starts, cold

    def first(self, data: Demonstrations, warm: WarmConfig) -> Trained:
        """The one that the project's own tasks speak for."""
        (trained,) = self._train(data, self._methods(data)[:1], self._job.trials.steps, warm)
        return trained

    def compare(self, warm: WarmConfig, first: Trained) -> Trained:
        """The best of all trainings on the demonstrations of the first one, and of it without costly ones."""
        data, steps, tried = first.data, self._job.trials.steps, self._job.tried
        others = self._methods(data)
        tried.say(f"comparing {len(others)} trainings")
        found = [first, *self._train(data, others[1:], steps, warm)]
        cheap = data.take(~worse_minima(data, InterplayConfig(reject_local_minima=LOCAL_MINIMA)))
        if max(LEAST, len(data) / 3) <= len(cheap) < len(data):
            name, method = f"{first.method.name}, without costly ones", first.method
            found += self._train(cheap, [Method(name, method.task, method.config)], steps, warm)
        best = min(found, key=lambda each: each.effort)
        tried.take(f"training: {best.told}")
        return best

    def longer(self, warm: WarmConfig, best: Trained) -> Trained:
        """Four times as long, as long as that helps."""
        best = self._rated(best.method, best.steps, best.policy, best.data, warm)
        while 4 * best.steps <= self._job.trials.longest:
            self._job.tried.say(f"training for {4 * best.steps} steps")
            (longer,) = self._train(best.data, [best.method], 4 * best.steps, warm)
            if longer.effort > (1 - WORTH) * best.effort:
                break
            best = longer
        self._job.tried.take(f"training: {best.told}")
        return best

    def _methods(self, data: Demonstrations) -> list[Method]:
        """To compare: those for the task's own control mode, and the first ones for another."""
        own, *others = self._modes
        parameters = data.parameter_gains is not None
        found = [Method(name, own, config) for name, config in methods(own, parameters).items()]
        for task in others:
            few = list(methods(task, parameters).items())[:OF_OTHER_MODES]
            found += [Method(f"{task.control} control, {name}", task, config) for name, config in few]
        return found

    def _train(
        self, data: Demonstrations, tried: Sequence[Method], steps: int, warm: WarmConfig
    ) -> list[Trained]:
        """Trained side by side, each in a process of its own; the best T_a of each.

        Raises:
            FitError: none came to an end.
        """
        job = self._job
        about = [len(data), data.instance.tolist(), float(data.cost.sum()), steps]
        paths = [
            job.folder.path("policy", [*about, each.config, *self._mode(each)], ".safetensors")
            for each in tried
        ]
        missing = [pair for pair in zip(paths, tried, strict=True) if not pair[0].exists()]

        def one(index: int) -> tuple[Any, dict[str, np.ndarray]]:
            method = missing[index][1]
            count = epochs(steps, len(data), method.task.horizon, method.config)
            policy = train(method.task, data, method.config, count, job.seed).policy
            return policy.header(), policy.arrays()

        answers = call_on_all(one, len(missing), workers=job.workers, timeout=TRAINING_TIMEOUT)
        failed = {}
        for (path, method), answer in zip(missing, answers, strict=True):
            if isinstance(answer, Failure):
                failed[path] = answer.reason
                continue
            policy = Policy.kinds[method.config.policy.kind].restored(*answer)
            policy.trained_on = fingerprint(method.task)
            policy.save(path)
        found = []
        for path, method in zip(paths, tried, strict=True):
            if path in failed:
                job.tried.note("training", f"{method.name}, {steps} steps", f"failed: {failed[path]}")
                continue
            found.append(self._rated(method, steps, ChunkPolicy.load(path), data, warm))
        if not found:
            reason = next(iter(failed.values()))
            raise FitError(f"{job.task.name}: no training came to an end: {reason}")
        return found

    def _mode(self, method: Method) -> list[str]:
        """What tells trainings of the same settings apart: another control mode than the task's own."""
        return [] if method.task is self._job.task else [method.task.control]

    def _rated(
        self, method: Method, steps: int, policy: ChunkPolicy, data: Demonstrations, warm: WarmConfig
    ) -> Trained:
        """A training with the T_a that is best with it."""
        efforts = {}
        for length in action_lengths(policy.max_action_length):
            candidate = Candidate(method.name, steps, method.task, policy, length)
            runs = self._starts.run("policy", self._cold, warm, data, candidate)
            efforts[length] = self._starts.effort(runs, self._cold)
            self._job.tried.note(
                "training",
                _told(method, steps, data, length),
                f"{efforts[length]:.4g} iterations, {guesses_told(runs.guess_cost)}",
            )
        enough = min(efforts.values()) / (1 - WORTH)  # of about equal ones the one that predicts least often
        length = max(each for each in efforts if efforts[each] <= enough)
        return Trained(method, steps, data, policy, length, efforts[length])
