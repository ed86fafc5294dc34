"""A task whose problems are Crocoddyl's: `sample` and `problem` are all that is left to define."""

from __future__ import annotations

import warnings
from typing import Any

from sobolev_diffusion.tasks.base import ControlMode, Task
from sobolev_diffusion.tasks.crocoddyl_models import CrocoddylDynamics, CrocoddylSpace, limits_of
from sobolev_diffusion.tasks.crocoddyl_pinocchio import misfit


class CrocoddylTask(Task):
    """State, dynamics and limits of the control are those of an action model.

    Args:
        model: crocoddyl.ActionModelAbstract of every stage: the dynamics are the same at each, costs may
            differ from it and from stage to stage.
        control: see `Task`; state control needs `inverse_dynamics`.
    """

    def __init__(self, model: Any, control: ControlMode = "torque") -> None:
        super().__init__(control)
        if wrong := misfit(model):
            warnings.warn(f"{self.name}: {wrong}", stacklevel=2)
        self.space, self.dynamics = CrocoddylSpace(model.state), CrocoddylDynamics(model)
        self.lower, self.upper = limits_of(model)
