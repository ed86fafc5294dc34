"""Settings of the solver, alone and from guesses: candidates compared, the best taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.own_problem.fit_job import FitJob
from sobolev_diffusion.own_problem.fitted import FitError
from sobolev_diffusion.own_problem.guesser import Guesser
from sobolev_diffusion.own_problem.scan import CAPS, FEW, Scanned, Start, scan, told
from sobolev_diffusion.own_problem.starts import Candidate, Starts
from sobolev_diffusion.own_problem.trials import LOOSER, cold_settings, warm_settings
from sobolev_diffusion.own_problem.ways import Way
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters
from sobolev_diffusion.tasks.instances import TRAINING, instance

ENOUGH = 0.6
"""Share of instances that solver settings should solve before looser tolerances are tried."""


class SolverSettings:
    """Scans of one fit.

    Args:
        job: the fit.
        starts: runs on its held-out instances.
    """

    def __init__(self, job: FitJob, starts: Starts) -> None:
        self._job, self._starts = job, starts

    def alone(self, tolerance: float) -> SolverConfig:
        """From the task's own guess; its cap on iterations is chosen, too.

        Args:
            tolerance: primal and dual; the dual one is loosened where too few instances are solved.

        Raises:
            FitError: no settings solve any instance.
        """
        job = self._job
        task, count = job.task, job.trials.scanned
        thetas = [instance(task, TRAINING, job.seed, number) for number in range(count)]
        starts = [(theta, *task.guess(theta)) for theta in thetas]
        scans: list[Scanned[SolverConfig]] = []
        for dual in LOOSER:
            settings = cold_settings(tolerance, dual)
            looser = "" if dual is None else f", dual tolerance {dual:g}"
            job.tried.say(
                f"comparing {len(settings)} settings of the solver on {count} instances from the task's own "
                f"guess{looser}; those that do not converge take longest"
            )
            scans.append(self._scan("solver alone", settings, starts, SolverConfig))
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
        job.tried.take(f"solver alone: {told(chosen.best)}")
        cap = int(np.clip(5 * chosen.iterations, 100, 1000))
        parameters = self._has_parameter_gains()
        return chosen.best.model_copy(update={"max_iterations": cap, "parameter_gains": parameters})

    def from_guesses(
        self,
        cold: SolverConfig,
        data: Demonstrations,
        candidate: Candidate | None = None,
        before: WarmConfig | None = None,
    ) -> WarmConfig:
        """From the nearest demonstration, and from a policy where there is one.

        Args:
            cold: of the solver alone.
            data: demonstrations.
            candidate: the policy.
            before: what is taken where no instance has a guess; those of the solver alone unless given.
        """
        job = self._job
        ways: list[Way] = ["nearest", "policy"] if candidate else ["nearest"]
        task, policy, length = (
            (candidate.task, candidate.policy, candidate.action_length) if candidate else (job.task, None, 1)
        )
        held_out, count = self._starts.held_out, job.trials.scanned
        thetas, problems = held_out.thetas[:count], held_out.problems[:count]
        guesses = [
            Guesser(task, way, policy, data, cold.tolerance, length).guesses(thetas, problems) for way in ways
        ]
        starts = [
            (theta, guess.xs, guess.us)
            for theta, *of_each in zip(thetas, *guesses, strict=True)
            for guess in of_each
            if guess.source != "interpolated"
        ]
        if not starts:
            return before or WarmConfig(**cold.model_dump(exclude={"parameter_gains", "gains_mu"}))
        step, settings = f"solver from {' and '.join(ways)}", warm_settings(cold)
        job.tried.say(f"comparing {len(settings)} settings of the solver from {len(starts)} guesses")
        scanned = self._scan(step, settings, starts, WarmConfig)
        job.tried.take(f"{step}: {told(scanned.best)}")
        return scanned.best

    def again(
        self, cold: SolverConfig, warm: WarmConfig, data: Demonstrations, candidate: Candidate
    ) -> WarmConfig:
        """Settings from the policy's guesses too, where those save more than the ones of before."""
        other = self.from_guesses(cold, data, candidate, warm)
        starts, tried, efforts = self._starts, self._job.tried, []
        for settings in (warm, other):
            nearest = starts.run("nearest", cold, settings, data)
            policy = starts.run("policy", cold, settings, data, candidate)
            efforts.append(min(starts.effort(nearest, cold), starts.effort(policy, cold)))
            result = f"{efforts[-1]:.4g} iterations from the better of both"
            tried.note("settings from guesses", told(settings), result)
        chosen = other if efforts[1] < efforts[0] else warm
        tried.take(f"settings from guesses: {told(chosen)}")
        return chosen

    def _scan(
        self, step: str, candidates: list[Any], starts: list[Start], kind: type[SolverConfig]
    ) -> Scanned[Any]:
        few = min(FEW, len(starts))

        def compute() -> dict[str, Any]:
            found = scan(self._job.task, candidates, starts, self._job.workers, few)
            return {**vars(found), "best": found.best.model_dump(mode="json")}

        question = [candidates, [[part.tolist() for part in start] for start in starts]]
        content = self._job.folder.answer("scan", question, compute)
        scanned: Scanned[Any] = Scanned(**{**content, "best": kind(**content["best"])})
        for row in scanned.rows:
            result = f"{row['solved']} solved, {row['effort']:.4g} iterations"
            self._job.tried.note(step, row["settings"], result)
        return scanned

    def _has_parameter_gains(self) -> bool:
        """Whether the solver's gains in the task's parameters can be had."""
        task, tried = self._job.task, self._job.tried
        if not len(task.parameters):
            return False
        theta, what = instance(task, TRAINING, self._job.seed, 0), "gains in the parameters"
        try:
            derive_by_parameters(task, theta, *task.guess(theta))
        except TaskError as error:
            tried.note(what, "no", str(error), taken=True)
            return False
        tried.note(what, "yes", f"{len(task.parameters)} entries of theta", taken=True)
        return True
