"""Between two looks of a controller: controls, dynamics and limits of all instances in C++, to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.blas import BLAS
from sobolev_diffusion.tasks.controllers import Actions, Tracking
from sobolev_diffusion.tasks.extras import extras_with
from sobolev_diffusion.tasks.interfaces import Dynamics
from sobolev_diffusion.tasks.multibody import MultibodyTask
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.problems import of_aligator
from sobolev_diffusion.tasks.region import Region

if TYPE_CHECKING:
    from collections.abc import Callable

_EXTRAS = extras_with("integrateFromNeutral")  # came with `drive` as it is now
RUNAWAY = 1e6  # beyond this a coordinate of the state has run away


class ControlLaw(Protocol):
    """What decides controls in C++, for how many steps."""

    steps: int


class Driver:
    """Moves instances through a task's dynamics in C++.

    Methods that a subclass of the task overrides are called all the same: those of a single state from C++,
    and where one decides controls otherwise there is no law.

    Args:
        task: dynamics, limits, what actions mean.
        region: where states may be; everywhere unless given.
    """

    def __init__(self, task: Task, region: Region | None = None) -> None:
        self._task, self._where = task, _where(region)
        self._known = _EXTRAS is not None and of_aligator(task.space, task.dynamics)
        self._control = inherits(task, Task, "control_for", "control_at")
        self._inverse = inherits(task, MultibodyTask, "inverse_dynamics")
        self._limiter = None
        if self._inverse and not inherits(task, MultibodyTask, "within_limits"):
            assert isinstance(task, MultibodyTask)
            self._limiter = task.within_limits
        self._inverse_law: Any = None  # made when first needed, and led to other states from then on

    def law(self, plan: Actions | Tracking | None) -> ControlLaw | None:
        """What decides the controls of a plan; None: `Controller.control` has to."""
        if plan is None or not self._known:
            return None
        task = self._task
        limits = task.lower, task.upper
        if isinstance(plan, Tracking):
            parts = plan.xs, plan.us, plan.gains
            return _EXTRAS.FeedbackControls(task.space, *map(_contiguous, parts), *limits, BLAS)
        if not self._control:
            return None
        if task.control == "torque":
            return _EXTRAS.ClippedControls(_contiguous(plan.actions), *limits)
        if not self._inverse:
            return None
        if self._inverse_law is None:
            assert isinstance(task, MultibodyTask)
            moves = task._unactuate, *limits, task.dt, task.configuration_gain
            self._inverse_law = _EXTRAS.InverseDynamicsControls(task.model, *moves, BLAS, self._limiter)
        self._inverse_law.leadTo(task.states_at(plan.actions))
        return self._inverse_law

    def drive(
        self,
        law: ControlLaw,
        dynamics: Dynamics,
        data: aligator.ExplicitDynamicsData,
        xs: Array,
        us: Array,
        going: NDArray[np.bool_],
        first: int,
        steps: int,
    ) -> None:
        """Some steps from xs[:, first] on, written into what is given.

        Args:
            law: decides the controls; of a plan for time `first`.
            dynamics, data: of these steps.
            xs, us: states (n, T+1, nx) and controls (n, T, nu).
            going: which instances still are, (n,).
            first, steps: from when on, and for how long.
        """
        _EXTRAS.drive(dynamics, data, law, xs, us, going, first, steps, RUNAWAY, self._where)


def _where(region: Region | None) -> Callable[[Array], bool] | None:
    if region is None or _EXTRAS is None:
        return None
    task = region.task
    if not (
        of_aligator(task.space) and inherits(region, Region, "holds") and inherits(task, Task, "coordinates")
    ):
        return region.holds
    return _EXTRAS.Box(task.space, task.space.neutral(), region.lower, region.upper)


def _contiguous(array: Array) -> Array:
    return np.ascontiguousarray(array, np.float64)
