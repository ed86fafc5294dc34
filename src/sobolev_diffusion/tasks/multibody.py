"""Tasks on a robot: the state is (q, v) of a Pinocchio model, driven through an actuation matrix."""

from __future__ import annotations

from typing import ClassVar

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks import joint_axes
from sobolev_diffusion.tasks.base import Array, Axis, ControlMode, Task
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.robots import load_meshes


class MultibodyTask(Task):
    """Free forward dynamics with semi-implicit Euler, box-bounded controls.

    Args:
        model: the robot.
        actuation: maps controls to joint torques, (nv, nu).
        lower, upper: limits of the control, (nu,).
        control: see `Task`.
    """

    space: aligator.manifolds.MultibodyPhaseSpace
    dynamics: aligator.ExplicitDynamicsModel

    urdf: ClassVar[str] = ""
    """Of the robot, below the folder of robots (see `robots`), where it has meshes."""

    configuration_gain = 0.2
    """g of `inverse_dynamics`."""

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
        self.dynamics = aligator.dynamics.IntegratorSemiImplEuler(self.forward_dynamics(), self.dt)
        self._data = model.createData()
        self._unactuate = np.linalg.pinv(actuation)

    def forward_dynamics(self) -> aligator.dynamics.ODEAbstract:
        """Accelerations from state and control, in continuous time: of a robot that touches nothing."""
        return aligator.dynamics.MultibodyFreeFwdDynamics(self.space, self.actuation)

    def stage(self, cost: aligator.CostStack) -> aligator.StageModel:
        """A stage with this cost, the dynamics and the bounds on the control."""
        return self.stage_of(cost, self.dynamics)

    def stage_of(
        self, cost: aligator.CostStack, dynamics: aligator.ExplicitDynamicsModel
    ) -> aligator.StageModel:
        """`stage` with these dynamics."""
        stage = aligator.StageModel(cost, dynamics)
        error = aligator.ControlErrorResidual(self.space.ndx, np.zeros(self.nu))
        stage.addConstraint(error, aligator.constraints.BoxConstraint(self.lower, self.upper))
        return stage

    def tracked_point(self, x: Array) -> Array | None:
        """The end of the last link."""
        return self.links(x)[-1, 1]

    def links(self, x: Array) -> Array:
        """From every joint to the joints after it; from the last ones to the last frame fixed to them."""
        pin.framesForwardKinematics(self.model, self._data, x[: self.model.nq])
        places = [np.array(place.translation) for place in self._data.oMi]
        segments = []
        for joint in range(1, self.model.njoints):
            segments += [(places[joint], places[child]) for child in self.model.children[joint]]
            if not len(self.model.children[joint]):
                frames = [i for i, frame in enumerate(self.model.frames) if frame.parentJoint == joint]
                tip = (
                    self._data.oMf[frames[-1]].translation
                    if frames
                    else self._data.oMi[joint].act(self.model.inertias[joint].lever)
                )
                segments.append((places[joint], np.array(tip)))
        return np.array(segments)

    @property
    def state_axes(self) -> tuple[Axis, ...]:
        return joint_axes.state_axes(self.model)

    @property
    def control_axes(self) -> tuple[Axis, ...]:
        return joint_axes.control_axes(self.model, self.actuation)

    def meshes(self) -> pin.GeometryModel | None:
        """What the robot looks like; None where only its links are known."""
        return load_meshes(self.urdf, self.model) if self.urdf else None

    def gravity_control(self, x: Array) -> Array:
        """The control that best cancels gravity at x, within the limits, (nu,)."""
        torque = pin.computeGeneralizedGravity(self.model, self._data, x[: self.model.nq])
        return np.clip(self._unactuate @ torque, self.lower, self.upper)

    def inverse_dynamics(self, x: Array, action: Array) -> Array:
        """RNEA for the acceleration that reaches the velocity of the action in one step, corrected towards
        its configuration, through the actuation, within the limits.

        Semi-implicit Euler: v' = v + dt a, q' = q (+) dt v'. With (q_a, v_a) the state that the action names,
        v' = v_a + g (q_a (-) (q (+) dt v_a)) / dt. A gain g of 1 would reach q_a in one step whatever v_a is,
        as the paper does, but an error of 5 mrad in it then asks for 12 rad/s^2 at dt = 0.02 s.
        """
        q, v = np.split(x, [self.model.nq])
        acceleration = self.acceleration_towards(x, action)
        torque = pin.rnea(self.model, self._data, q, v, acceleration).copy()
        if inherits(self, MultibodyTask, "within_limits"):
            u = self._unactuate @ torque
            if ((self.lower <= u) & (u <= self.upper)).all():  # the usual case: one RNEA is enough
                return u
        unaccelerated = pin.nonLinearEffects(self.model, self._data, q, v)
        return self.within_limits(self._unactuate @ unaccelerated, self._unactuate @ (torque - unaccelerated))

    def acceleration_towards(self, x: Array, action: Array) -> Array:
        """What `inverse_dynamics` asks for, (nv,)."""
        nq = self.model.nq
        q, v = x[:nq], x[nq:]
        named = self.state_at(action)
        ahead = pin.integrate(self.model, q, self.dt * named[nq:])
        correction = pin.difference(self.model, ahead, named[:nq]) / self.dt
        return (named[nq:] + self.configuration_gain * correction - v) / self.dt

    def within_limits(self, unaccelerated: Array, accelerating: Array) -> Array:
        """As much of an acceleration as the motors can give, (nu,).

        Its direction is kept: torques cut off one by one leave a saturated shoulder behind, and a wrist that
        counts on it is thrown about.

        Args:
            unaccelerated: the control that leaves the velocity as it is, (nu,).
            accelerating: what to add for the acceleration, (nu,).
        """
        room = np.where(accelerating > 0, self.upper, self.lower) - unaccelerated
        inside = (self.lower <= unaccelerated) & (unaccelerated <= self.upper)
        short = inside & (np.abs(room) < np.abs(accelerating))
        share = np.divide(room, accelerating, out=np.ones(self.nu), where=short).min()
        return np.clip(unaccelerated + share * accelerating, self.lower, self.upper)
