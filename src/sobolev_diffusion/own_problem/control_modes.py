"""What a policy of a task can generate: its control, its next state, or either."""

from __future__ import annotations

import copy

from sobolev_diffusion.own_problem.tried import Tried
from sobolev_diffusion.tasks.base import ControlMode, Task, TaskError
from sobolev_diffusion.tasks.check import check_once
from sobolev_diffusion.tasks.overriding import inherits


def controlled_by(task: Task, control: ControlMode) -> Task:
    """The same task in a control mode: itself where that is its own."""
    if task.control == control:
        return task
    other = copy.copy(task)
    other.control = control
    return other


def offered(task: Task, tried: Tried) -> list[Task]:
    """The task in each control mode that it can be driven in, its own first.

    State control can be had where there is `inverse_dynamics`. What another mode fails at is noted.
    """
    found = [task]
    if task.control == "torque" and inherits(task, Task, "inverse_dynamics"):
        return found
    other = controlled_by(task, "state" if task.control == "torque" else "torque")
    try:
        check_once(other)
    except TaskError as error:
        tried.note("control mode", other.control, f"cannot be had: {error}")
        return found
    return [*found, other]
