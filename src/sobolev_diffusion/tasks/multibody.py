"""Tasks on a robot: the state is (q, v) of a Pinocchio model, driven through an actuation matrix."""

from __future__ import annotations

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, ControlMode, Task


class MultibodyTask(Task):
    """Free forward dynamics with semi-implicit Euler, box-bounded controls.

    Args:
        model: the robot.
        actuation: maps controls to joint torques, (nv, nu).
        lower, upper: limits of the control, (nu,).
        control: see `Task`.
    """

    def __init__(
        self,
        model: pin.Model,
        actuation: Array,
        lower: Array,
        upper: Array,
        control: ControlMode,
    ) -> None:
        super().__init__(control)
        self.model = model
        self.actuation = actuation
        self.lower, self.upper = lower, upper
        self.space = aligator.manifolds.MultibodyPhaseSpace(model)
        forward = aligator.dynamics.MultibodyFreeFwdDynamics(self.space, actuation)
        self.dynamics = aligator.dynamics.IntegratorSemiImplEuler(forward, self.dt)
        self._data = model.createData()
        self._unactuate = np.linalg.pinv(actuation)

    def stage(self, cost: aligator.CostStack) -> aligator.StageModel:
        """A stage with this cost, the dynamics and the bounds on the control."""
        stage = aligator.StageModel(cost, self.dynamics)
        error = aligator.ControlErrorResidual(self.space.ndx, np.zeros(self.nu))
        stage.addConstraint(error, aligator.constraints.BoxConstraint(self.lower, self.upper))
        return stage

    def gravity_control(self, x: Array) -> Array:
        """The control that best cancels gravity at x, within the limits, (nu,)."""
        torque = pin.computeGeneralizedGravity(self.model, self._data, x[: self.model.nq])
        return np.clip(self._unactuate @ torque, self.lower, self.upper)

    def inverse_dynamics(self, x: Array, action: Array) -> Array:
        """RNEA for the acceleration that reaches the configuration in one step, through the actuation.

        Semi-implicit Euler: q' = q (+) dt v', v' = v + dt a, so a = ((q' (-) q) / dt - v) / dt.
        Only the configuration of the action is used.
        """
        nq = self.model.nq
        q, v = x[:nq], x[nq:]
        target = self.space.integrate(self.space.neutral(), action)[:nq]
        acceleration = (pin.difference(self.model, q, target) / self.dt - v) / self.dt
        return self._unactuate @ pin.rnea(self.model, self._data, q, v, acceleration)
