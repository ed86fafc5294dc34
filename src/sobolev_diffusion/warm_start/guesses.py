"""Guesses for the solver: chosen among rollouts by what they cost, before any solve.

A rollout fulfils the dynamics, so its cost and its violation of the constraints are what they would be if it
were the answer. Several samples of a diffusion policy, and the nearest demonstration followed with its gains,
are compared by that, and by what demonstrations near the instance cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import aligator
import numpy as np

from sobolev_diffusion.config import GuessConfig
from sobolev_diffusion.costs import within
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.solution import TrajectoryValue
from sobolev_diffusion.solver.solve import value_of
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.instances import nearest_first
from sobolev_diffusion.tasks.problems import Problem, data_of
from sobolev_diffusion.tasks.region import Region
from sobolev_diffusion.tasks.reused_problem import ReusedProblem, changes_in_place
from sobolev_diffusion.warm_start.rollout import roll_out

Source = Literal["policy", "nearest", "interpolated"]


@dataclass(frozen=True)
class Guess:
    """What the solver is to start from.

    Attributes:
        xs, us: the best rollout, (T+1, nx), (T, nu), also where the solver starts from the other guess.
        source: where the solver starts from; interpolated: from the task's own guess, as TO alone.
        cost, violation: of the best rollout; infinite if every one was stopped.
        stopped: how many rollouts left the region of the demonstrations.
        tried: how many were rolled out.
    """

    xs: Array
    us: Array
    source: Source
    cost: float
    violation: float
    stopped: int
    tried: int


class GuessChooser:
    """Chooses guesses for instances of a task.

    Args:
        task: what is rolled out.
        policy: gives samples.
        demonstrations: solved instances, those that the policy learnt from: they say where rollouts may go
            and what solutions cost, and the nearest one may be followed. None where nothing of that is asked.
        config: how to choose.
        tolerance: of the solver; less violation than that is none, whatever is allowed besides.

    Raises:
        ValueError: the configuration asks for what needs demonstrations, and there are none.
    """

    def __init__(
        self,
        task: Task,
        policy: Policy,
        demonstrations: Demonstrations | None,
        config: GuessConfig,
        tolerance: float,
    ) -> None:
        self._task, self._policy, self._config = task, policy, config
        self._allowed = max(tolerance, config.allowed_violation)
        if config.needs_demonstrations and not (demonstrations and len(demonstrations)):
            raise ValueError(
                "guess: needs the demonstrations that the policy learnt from, and there are none"
            )
        self._demonstrations = demonstrations
        self._values = _Values(task)
        self._region = None
        self._nearest = None
        if demonstrations and config.region is not None:
            self._region = Region.around(task, demonstrations.xs, config.region)
        if demonstrations and config.nearest:
            known = demonstrations
            in_parameters = known.parameter_gains if config.nearest_in_parameters else None
            self._nearest = NearestDemonstration(known.theta, known.xs, known.us, known.gains, in_parameters)

    def choose(
        self,
        thetas: Sequence[Array],
        problems: Sequence[Problem] | None,
        action_length: int,
        generators: Sequence[np.random.Generator],
    ) -> list[Guess]:
        """The best rollout of each instance, and where to start from.

        An instance's guess depends on its own theta and generator, not on the batch it is in.

        Args:
            thetas, problems, generators: one per instance; the generator's own numbers make the first sample,
                those that it spawns the others. Without problems they are made here, where that is needed.
            action_length: T_a.
        """
        problems = self._values.problems(thetas) if problems is None else problems
        best = [_Best(self._task.horizon, self._task.space.nx, self._task.nu) for _ in thetas]
        every = range(len(thetas))
        enough = self._config.enough
        first = self._config.samples if enough is None else 1
        more = [generator.spawn(self._config.samples - 1) for generator in generators]
        samples = [[generator, *others] for generator, others in zip(generators, more, strict=True)]
        expected = self._expected(thetas)

        def sample(who: Sequence[int], which: slice) -> None:
            asked = [(i, generator) for i in who for generator in samples[i][which]]
            self._roll_out(self._policy, "policy", asked, thetas, problems, action_length, best)

        if self._nearest:
            asked = [(i, generators[i]) for i in every]
            self._roll_out(self._nearest, "nearest", asked, thetas, problems, 1, best)
        sample(every, slice(first))
        if enough is not None:
            wanting = [i for i in every if best[i].merit > within(expected[i], enough - 1)]
            sample(wanting, slice(first, None))
        dear = self._config.cold_above
        limits = np.full(len(thetas), np.inf) if dear is None else within(expected, dear - 1)
        return [each.guess(float(limit)) for each, limit in zip(best, limits, strict=True)]

    def _expected(self, thetas: Sequence[Array]) -> Array:
        """What solutions cost by those of the nearest demonstrations, (n,); 1 where there are none."""
        known = self._demonstrations
        if known is None:
            return np.ones(len(thetas))
        nearest = nearest_first(known.theta, np.stack(thetas))[:, : self._config.neighbours]
        return np.median(known.cost[nearest], axis=1)

    def _roll_out(
        self,
        policy: Policy,
        source: Source,
        asked: Sequence[tuple[int, np.random.Generator]],
        thetas: Sequence[Array],
        problems: Sequence[Problem | None],
        action_length: int,
        best: Sequence[_Best],
    ) -> None:
        """Roll instances out in one batch, and keep what is better than the best so far."""
        if not asked:
            return
        whose = [i for i, _ in asked]
        generators = [generator for _, generator in asked]
        rollouts = roll_out(
            self._task, policy, [thetas[i] for i in whose], action_length, generators, self._region
        )
        for i, xs, us, stopped in zip(whose, rollouts.xs, rollouts.us, rollouts.stopped, strict=True):
            best[i].tried += 1
            if stopped:
                best[i].stopped += 1
                continue
            value = self._values.of(thetas[i], problems[i], xs, us)
            beyond = max(0.0, value.violation - self._allowed)
            merit = value.cost + self._config.violation_weight * beyond
            if source == "nearest":
                merit = float(within(merit, self._config.nearest_margin - 1))
            best[i].offer(source, xs, us, value.cost, value.violation, merit)


class _Values:
    """What rollouts cost, without making the solver's data anew for each, which takes ten times as long.

    Args:
        task: of all rollouts.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._reused = ReusedProblem(task) if changes_in_place(task) else None
        self._theta: Array | None = None
        self._problem: Problem | None = None
        self._data: aligator.TrajOptData | None = None

    def problems(self, thetas: Sequence[Array]) -> Sequence[Problem | None]:
        """Those of instances; none where one problem, changed in place, does for all."""
        return [None if self._reused else self._task.problem(theta) for theta in thetas]

    def of(self, theta: Array, problem: Problem | None, xs: Array, us: Array) -> TrajectoryValue:
        """Cost and violation of a rollout of an instance, whose problem is given."""
        if self._reused is None:
            assert problem is not None
            if self._problem is not problem:
                self._problem, self._data = problem, data_of(problem)
        elif self._theta is None or not np.array_equal(self._theta, theta):
            self._problem, self._data = self._reused.of(theta), self._reused.data
            self._theta = np.array(theta)
        assert self._problem is not None
        return value_of(self._problem, xs, us, self._data)


class _Best:
    """The best rollout of an instance so far."""

    def __init__(self, horizon: int, nx: int, nu: int) -> None:
        self.xs, self.us = np.zeros((horizon + 1, nx)), np.zeros((horizon, nu))
        self.source: Source = "interpolated"
        self.cost = self.violation = self.merit = np.inf
        self.tried = self.stopped = 0

    def offer(
        self, source: Source, xs: Array, us: Array, cost: float, violation: float, merit: float
    ) -> None:
        """Keep a rollout whose cost, with what speaks against it, is lower: its merit."""
        if merit < self.merit:
            self.xs, self.us, self.source = xs, us, source
            self.cost, self.violation, self.merit = cost, violation, merit

    def guess(self, limit: float) -> Guess:
        """The guess; interpolated where even this is above a limit."""
        source: Source = "interpolated" if self.merit > limit else self.source
        return Guess(self.xs, self.us, source, self.cost, self.violation, self.stopped, self.tried)
