"""Between two looks of a controller: controls, dynamics and limits of all instances in C++, to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.blas import BLAS
from sobolev_diffusion.tasks.controllers import Actions, Tracking
from sobolev_diffusion.tasks.coordinates import states_at
from sobolev_diffusion.tasks.extras import extras_with
from sobolev_diffusion.tasks.multibody import MultibodyTask
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.problems import of_aligator
from sobolev_diffusion.tasks.region import Region

if TYPE_CHECKING:
    from collections.abc import Callable

_EXTRAS = extras_with("drive")
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
        data: of the dynamics.
        region: where states may be; everywhere unless given.
    """

    def __init__(self, task: Task, data: aligator.ExplicitDynamicsData, region: Region | None = None) -> None:
        self._task, self._data, self._where = task, data, _where(region)
        self._control = inherits(task, Task, "control_for")
        self._inverse = inherits(task, MultibodyTask, "inverse_dynamics")
        self._limiter = None
        if self._inverse and not inherits(task, MultibodyTask, "within_limits"):
            assert isinstance(task, MultibodyTask)
            self._limiter = task.within_limits

    def law(self, plan: Actions | Tracking | None) -> ControlLaw | None:
        """What decides the controls of a plan; None: `Controller.control` has to."""
        if _EXTRAS is None or plan is None or not of_aligator(self._task.space, self._task.dynamics):
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
        assert isinstance(task, MultibodyTask)
        return _EXTRAS.InverseDynamicsControls(
            task.model,
            states_at(task, plan.actions),
            task._unactuate,
            *limits,
            task.dt,
            task.configuration_gain,
            BLAS,
            self._limiter,
        )

    def drive(
        self, law: ControlLaw, xs: Array, going: NDArray[np.bool_], steps: int
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Some steps from xs (n, nx) on, of the instances that are still going (n,).

        Returns:
            States (n, steps, nx), controls (n, steps, nu), and which are still going.
        """
        return _EXTRAS.drive(
            self._task.dynamics, self._data, _contiguous(xs), going, law, steps, RUNAWAY, self._where
        )


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
