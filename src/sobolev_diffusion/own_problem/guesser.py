"""Where the solver starts from: one of four ways, of which `fit` takes the best on held-out instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sobolev_diffusion.own_problem.trials import guarded
from sobolev_diffusion.own_problem.ways import Way
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.problems import Problem
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.warm_start.guesses import Guess, GuessChooser


class Guesser:
    """Gives guesses for instances of a task, in one way.

    Args:
        task: what is solved.
        way: how.
        policy, demonstrations: the policy, and what it learnt from; alone needs neither.
        tolerance: of the solver.
        action_length: T_a of the policy.
    """

    def __init__(
        self,
        task: Task,
        way: Way,
        policy: Policy | None,
        demonstrations: Demonstrations | None,
        tolerance: float,
        action_length: int,
    ) -> None:
        self._task, self._way, self._length = task, way, action_length
        self._chooser: GuessChooser | None = None
        if way == "alone" or demonstrations is None:
            return
        d = demonstrations
        if way == "nearest":
            policy, self._length = NearestDemonstration(d.theta, d.xs, d.us, d.gains, d.parameter_gains), 1
        if policy is None:
            raise ValueError(f"{way}: needs a policy")
        config = guarded(bool((d.cost > 0).all()), policy=way != "nearest", nearest=way == "cheaper")
        self._chooser = GuessChooser(task, policy, demonstrations, config, tolerance)

    def guesses(self, thetas: Sequence[Array], problems: Sequence[Problem] | None = None) -> list[Guess]:
        """One for each theta; the same theta always gets the same one."""
        if self._chooser is None:
            return [alone(self._task, theta) for theta in thetas]
        noise = [stream("noise of a guess", self._task.name, theta.tobytes().hex()) for theta in thetas]
        chosen = self._chooser.choose(thetas, problems, self._length, noise)
        if self._way == "nearest":
            return [
                replace(guess, source="nearest") if guess.source == "policy" else guess for guess in chosen
            ]
        return chosen


def alone(task: Task, theta: Array) -> Guess:
    """That the solver starts from the task's own guess."""
    xs, us = (
        np.repeat(task.initial_state(theta)[None], task.horizon + 1, axis=0),
        np.zeros((task.horizon, task.nu)),
    )
    return Guess(xs, us, "interpolated", np.inf, np.inf, 0, 0)
