"""Ways to start the solver, compared by its iterations on instances held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.own_problem.fit_job import FitJob
from sobolev_diffusion.own_problem.guesser import Guesser
from sobolev_diffusion.own_problem.validation import Runs, Validation
from sobolev_diffusion.own_problem.ways import WAYS, Way
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task

SAVES: dict[Way, float] = {"nearest": 0.05, "policy": 0.25, "cheaper": 0.05}
"""Share of the iterations that a way must save over those before: asking the policy takes longest."""


@dataclass(frozen=True)
class Candidate:
    """A policy to start from.

    Attributes:
        name, steps: of its training, which together with the demonstrations says which policy it is.
        task: in the control mode that it was trained for.
        policy: itself.
        action_length: T_a.
    """

    name: str
    steps: int
    task: Task
    policy: Policy
    action_length: int


class Starts:
    """Runs of the solver on the held-out instances of a fit, each made once.

    Args:
        job: the fit.
    """

    def __init__(self, job: FitJob) -> None:
        self._job = job
        self.held_out = Validation(job.task, job.seed, job.trials.validated, job.workers)

    def run(
        self,
        way: Way,
        cold: SolverConfig,
        warm: WarmConfig | None = None,
        data: Demonstrations | None = None,
        candidate: Candidate | None = None,
    ) -> Runs:
        """How the solver does from the guesses of a way."""
        about = [data.instance.tolist(), float(data.cost.sum())] if data else []
        length = candidate.action_length if candidate else 1
        trained = (candidate.name, candidate.steps) if candidate else None
        question = [way, about, cold, warm, length, trained, len(self.held_out.thetas)]

        def compute() -> dict[str, Any]:
            task, policy = (candidate.task, candidate.policy) if candidate else (self._job.task, None)
            guesser = Guesser(task, way, policy, data, cold.tolerance, length)
            guesses = guesser.guesses(self.held_out.thetas, self.held_out.problems)
            return self.held_out.run(guesses, cold, warm or WarmConfig()).to_json()

        answer = self._job.folder.answer("validation", question, compute)
        return self.held_out.note(Runs.from_json(answer))

    def effort(self, runs: Runs, cold: SolverConfig) -> float:
        """Mean iterations; an instance that is not solved counts as the solver's cap alone."""
        return self.held_out.effort(runs, cold.max_iterations)

    def choose(
        self, cold: SolverConfig, warm: WarmConfig, data: Demonstrations, candidate: Candidate, alone: Runs
    ) -> Way:
        """The way that needs the fewest iterations, where it saves more of them than its guess is worth."""
        tried = self._job.tried
        tried.say("comparing where to start from")
        runs = {"alone": alone} | {way: self.run(way, cold, warm, data, candidate) for way in WAYS[1:]}
        efforts = {way: self.effort(runs[way], cold) for way in WAYS}
        for way in WAYS:
            solved = self.held_out.solved(runs[way]).mean()
            tried.note("start from", way, f"{solved:.0%} solved, {efforts[way]:.4g} iterations")
        chosen: Way = "alone"
        for way in WAYS[1:]:  # the cheapest guess first
            if efforts[way] < (1 - SAVES[way]) * efforts[chosen]:
                chosen = way
        tried.take(f"start from: {chosen}")
        return chosen
