"""Problems of Crocoddyl on the robots of `MultibodyTask`: same dynamics, same limits, costs by their weights.

Crocoddyl 3.2.1 from pip was compiled for Pinocchio 4.0: beside 4.1 what it has inlined of it, frames and ABA,
reads and writes the wrong memory. Residuals of frames are therefore in Python here, and accelerations come
from the mass matrix, which is right with either.
"""

from __future__ import annotations

from typing import Any

import crocoddyl
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.multibody import MultibodyTask


class CrocoddylCosts:
    """A sum of quadratic costs, with weights per second for a stage, and as they are for the end.

    Args:
        task: the robot.
        actuation: its actuation model, which does what the task's matrix does.
    """

    def __init__(self, task: MultibodyTask, actuation: crocoddyl.ActuationModelAbstract) -> None:
        self._task, self._actuation = task, actuation
        self._sum = crocoddyl.CostModelSum(actuation.state, task.nu)

    def state(self, name: str, target: Array, weights: Array) -> None:
        """(x (-) target)^T W (x (-) target) / 2; weights: the diagonal of W (ndx,), or W (ndx, ndx)."""
        state, nu = self._actuation.state, self._task.nu
        if weights.ndim == 1:
            self.add(name, crocoddyl.ResidualModelState(state, target, nu), weights)
            return
        along, axes = np.linalg.eigh(weights)
        self.add(name, _StateAlong(state, target, axes, nu), along)

    def control(self, name: str, target: Array, weights: Array) -> None:
        """sum w_i (u - target)_i^2 / 2, weights (nu,)."""
        self.add(name, crocoddyl.ResidualModelControl(self._actuation.state, target), weights)

    def add(self, name: str, residual: crocoddyl.ResidualModelAbstract, weights: Array) -> None:
        """sum w_i r_i^2 / 2 of a residual (nr,), weights (nr,)."""
        activation = crocoddyl.ActivationModelWeightedQuad(np.array(weights))
        cost = crocoddyl.CostModelResidual(self._actuation.state, activation, residual)
        self._sum.addCost(name, cost, 1.0)

    def model(self, timestep: float) -> crocoddyl.ActionModelAbstract:
        """Free forward dynamics with these costs, by semi-implicit Euler; without a timestep, the end."""
        dynamics = crocoddyl.DifferentialActionModelFreeFwdDynamics(
            self._actuation.state, self._actuation, self._sum
        )
        dynamics.armature = np.zeros(self._task.model.nv)  # makes it take the mass matrix, not ABA
        model = crocoddyl.IntegratedActionModelEuler(dynamics, timestep)
        model.u_lb, model.u_ub = self._task.lower, self._task.upper
        return model


def shooting(
    task: MultibodyTask, theta: Array, running: CrocoddylCosts, end: CrocoddylCosts
) -> crocoddyl.ShootingProblem:
    """The problem of theta with the same stage throughout."""
    stages = [running.model(task.dt)] * task.horizon
    return crocoddyl.ShootingProblem(task.initial_state(theta), stages, end.model(0.0))


class _StateAlong(crocoddyl.ResidualModelAbstract):  # type: ignore[misc] # Crocoddyl has no types
    """r = axes^T (x (-) target), (n,): Crocoddyl weights entries of a residual one by one."""

    def __init__(self, state: crocoddyl.StateAbstract, target: Array, axes: Array, nu: int) -> None:
        super().__init__(state, axes.shape[1], nu, True, True, False)
        self._target, self._axes = target, axes

    def calc(self, data: Any, x: Array, u: Array | None = None) -> None:
        data.r = self._axes.T @ self.state.diff(self._target, x)

    def calcDiff(self, data: Any, x: Array, u: Array | None = None) -> None:
        both = self.state.Jdiff(self._target, x)
        data.Rx = self._axes.T @ np.array(both[1])


class FramePosition(crocoddyl.ResidualModelAbstract):  # type: ignore[misc]
    """r = p(q) - target, (3,) m, of the origin of a frame along the world's axes."""

    def __init__(self, state: crocoddyl.StateMultibody, frame: int, target: Array, nu: int) -> None:
        super().__init__(state, 3, nu, True, False, False)
        self._frame, self._target = frame, target
        self._model = state.pinocchio
        self._data = self._model.createData()

    def calc(self, data: Any, x: Array, u: Array | None = None) -> None:
        pin.framesForwardKinematics(self._model, self._data, x[: self._model.nq])
        data.r = self._data.oMf[self._frame].translation - self._target

    def calcDiff(self, data: Any, x: Array, u: Array | None = None) -> None:
        model, q = self._model, x[: self._model.nq]
        jacobian = pin.computeFrameJacobian(model, self._data, q, self._frame, pin.LOCAL_WORLD_ALIGNED)
        data.Rx = np.hstack([jacobian[:3], np.zeros((3, model.nv))])


class FrameVelocity(crocoddyl.ResidualModelAbstract):  # type: ignore[misc]
    """r = (linear, angular) velocity of a frame along its own axes, (6,) m/s, rad/s."""

    def __init__(self, state: crocoddyl.StateMultibody, frame: int, nu: int) -> None:
        super().__init__(state, 6, nu, True, True, False)
        self._frame, self._model = frame, state.pinocchio
        self._data = self._model.createData()

    def calc(self, data: Any, x: Array, u: Array | None = None) -> None:
        model = self._model
        pin.forwardKinematics(model, self._data, x[: model.nq], x[model.nq :])
        data.r = pin.getFrameVelocity(model, self._data, self._frame, pin.LOCAL).vector

    def calcDiff(self, data: Any, x: Array, u: Array | None = None) -> None:
        model, still = self._model, np.zeros(self._model.nv)
        pin.computeForwardKinematicsDerivatives(model, self._data, x[: model.nq], x[model.nq :], still)
        by_q, by_v = pin.getFrameVelocityDerivatives(model, self._data, self._frame, pin.LOCAL)
        data.Rx = np.hstack([by_q, by_v])
