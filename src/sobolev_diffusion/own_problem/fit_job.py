"""What all steps of a fit work with."""

from __future__ import annotations

from dataclasses import dataclass

from sobolev_diffusion.own_problem.trials import Trials
from sobolev_diffusion.own_problem.tried import Tried
from sobolev_diffusion.own_problem.working_folder import WorkingFolder
from sobolev_diffusion.tasks.base import Task


@dataclass(frozen=True)
class FitJob:
    """A task to fit, and within what bounds.

    Attributes:
        task: what is fitted.
        seed: of instances and trainings.
        workers: processes side by side; the result does not depend on it.
        trials: how much is tried.
        folder: keeps what was computed.
        tried: notes of what was tried.
    """

    task: Task
    seed: int
    workers: int
    trials: Trials
    folder: WorkingFolder
    tried: Tried
