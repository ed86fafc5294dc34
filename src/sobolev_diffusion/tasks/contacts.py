"""Tasks on a robot that stands: some of its frames, or points, do not move."""

from __future__ import annotations

from collections.abc import Sequence

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, ControlMode
from sobolev_diffusion.tasks.multibody import MultibodyTask

ACCURACY = (1e-9, 1e-10, 10)  # of accelerations: absolute, relative, most iterations


class ContactTask(MultibodyTask):
    """As `MultibodyTask`, with constrained forward dynamics: contacts hold throughout, and may pull.

    Args:
        model: the robot, with a free flyer as its root.
        standing: configuration at which the frames are where they stay, (nq,).
        frames: names of those that do not move.
        limit: of the torques of the joints after the root, (nv - 6,).
        control: see `Task`.
        points: of the frames only the origins stay where they are, and may turn.

    Attributes:
        reference: the state at rest in `standing`, (nq + nv,), from which `coordinates` are taken.
        preferred: torques to be near where the contacts leave a choice, (nu,); zero unless a task sets them.
    """

    contact_damping = 20.0
    """1/s, at which a velocity that integration left in a contact fades."""

    def __init__(
        self,
        model: pin.Model,
        standing: Array,
        frames: Sequence[str],
        limit: Array,
        control: ControlMode,
        points: bool = False,
    ) -> None:
        self.standing = standing
        self.reference = np.concatenate([standing, np.zeros(model.nv)])
        self._points = points
        self.contact_accuracy = pin.ProximalSettings(*ACCURACY)
        self.contact_frames = [model.getFrameId(name) for name in frames]
        self.contacts = self._contacts(model)
        self.preferred = np.zeros(model.nv - 6)
        super().__init__(model, np.eye(model.nv)[:, 6:], -limit, limit, control)

    def forward_dynamics(self) -> aligator.dynamics.ODEAbstract:
        return aligator.dynamics.MultibodyConstraintFwdDynamics(
            self.space, self.actuation, self.contacts, self.contact_accuracy
        )

    def contact_jacobian(self, q: Array) -> Array:
        """d (velocities of the contact frames, in their own axes; of points along the world's) / dv,
        (6 for each, of points 3, nv)."""
        axes, rows = (pin.LOCAL_WORLD_ALIGNED, 3) if self._points else (pin.LOCAL, 6)
        pin.computeJointJacobians(self.model, self._data, q)
        return np.vstack(
            [
                pin.getFrameJacobian(self.model, self._data, frame, axes)[:rows]
                for frame in self.contact_frames
            ]
        )

    def coordinates(self, x: Array) -> Array:
        """Tangent coordinates from standing at rest, (2 nv,)."""
        return self.space.difference(self.reference, x)

    def state_at(self, coordinates: Array) -> Array:
        return self.space.integrate(self.reference, coordinates)

    def coordinates_jacobian(self, x: Array) -> Array:
        return self.space.Jdifference(self.reference, x, 1)

    def gravity_control(self, x: Array) -> Array:
        """The torques nearest to `preferred` that hold the robot at x, within the limits, (nu,)."""
        q = x[: self.model.nq]
        gravity = pin.computeGeneralizedGravity(self.model, self._data, q).copy()
        return np.clip(self.torques_giving(q, gravity), self.lower, self.upper)

    def inverse_dynamics(self, x: Array, action: Array) -> Array:
        """As `MultibodyTask.inverse_dynamics`, the contacts bearing their part: as much of an acceleration as
        they allow."""
        q, v = np.split(x, [self.model.nq])
        acceleration = self.acceleration_towards(x, action)
        unaccelerated = pin.nonLinearEffects(self.model, self._data, q, v).copy()
        forces = pin.rnea(self.model, self._data, q, v, acceleration).copy()
        unaccelerating = self.torques_giving(q, unaccelerated)
        return self.within_limits(unaccelerating, self.torques_giving(q, forces) - unaccelerating)

    def torques_giving(self, q: Array, forces: Array) -> Array:
        """The torques u that give generalised forces (nv,) at q (nq,) together with forces f of the contacts.

        S u + J^T f = forces is J_r^T f = forces_r in the root's rows, u = forces_j - J_j^T f in the others.
        Several contacts leave a choice: the least || (u - preferred) / limit ||^2 is taken.
        """
        jacobian = self.contact_jacobian(q)
        root, joints = jacobian[:, :6], jacobian[:, 6:]
        weighted = joints / self.upper**2
        n = len(jacobian)
        optimal = np.block([[weighted @ joints.T, root], [root.T, np.zeros((6, 6))]])
        given = np.concatenate([weighted @ (forces[6:] - self.preferred), forces[:6]])
        return forces[6:] - joints.T @ np.linalg.solve(optimal, given)[:n]

    def _contacts(self, model: pin.Model) -> pin.StdVec_RigidConstraintModel:
        kind, axes = (
            (pin.ContactType.CONTACT_3D, pin.LOCAL_WORLD_ALIGNED)
            if self._points
            else (pin.ContactType.CONTACT_6D, pin.LOCAL)
        )
        data = model.createData()
        pin.framesForwardKinematics(model, data, self.standing)
        contacts = pin.StdVec_RigidConstraintModel()
        for number in self.contact_frames:
            frame, place = model.frames[number], data.oMf[number].copy()
            if self._points:
                place.rotation = np.eye(3)
            contact = pin.RigidConstraintModel(
                kind, model, frame.parentJoint, frame.placement, 0, place, axes
            )
            contact.name = frame.name
            contact.m_baumgarte_parameters.Kp = 0.0  # they stay where they are, not where they should be
            contact.m_baumgarte_parameters.Kd = self.contact_damping
            contacts.append(contact)
        return contacts
