"""One problem of a task, changed from theta to theta: building copies every stage, changing does not."""

from __future__ import annotations

import aligator

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.tasks.overriding import as_new_as, owner_of
from sobolev_diffusion.tasks.problems import Problem


def changes_in_place(task: Task) -> bool:
    """Whether a task's `retarget` may be called: it, or the targets it sets, is not older than its `problem`.

    A subclass that overrides `problem` and inherits `retarget` builds every problem: what it inherits knows
    nothing of what it adds.
    """
    if owner_of(task, "retarget") is Task:
        return knows_cost_targets(task)
    return as_new_as(task, "retarget", "problem")


def knows_cost_targets(task: Task) -> bool:
    """Whether a task's `cost_targets` may be asked: it is not older than its `problem`."""
    return owner_of(task, "cost_targets") is not Task and as_new_as(task, "cost_targets", "problem")


class ReusedProblem:
    """The problem of one theta at a time.

    Args:
        task: builds it once, and changes it by `Task.retarget` from then on where that may be called.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._changes = changes_in_place(task)
        self._problem: Problem | None = None
        self._data: aligator.TrajOptData | None = None

    def of(self, theta: Array) -> Problem:
        """The problem of theta; one that was given out before is that of theta now, or of no use."""
        before, self._problem = self._problem, None  # of no use if this fails halfway
        if before is not None and self._changes:
            problem = self.task.retarget(before, theta)
        else:
            problem = self.task.problem(theta)
        if problem is not before:
            self._data = None
        self._problem = problem
        return problem

    @property
    def data(self) -> aligator.TrajOptData | None:
        """Of the problem that was given out last; none of Crocoddyl's, which holds its own."""
        if self._problem is None:
            raise RuntimeError("data: no problem was given out")
        if self._data is None and not is_crocoddyl(self._problem):
            self._data = aligator.TrajOptData(self._problem)
        return self._data
