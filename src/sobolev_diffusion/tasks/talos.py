"""Talos, standing on both feet, reaches for a point with its right hand."""

from __future__ import annotations

from itertools import pairwise

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, ControlMode
from sobolev_diffusion.tasks.contacts import ContactTask
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.robots import ROBOTS, load_robot

URDF, SRDF = "talos_data/robots/talos_reduced.urdf", "talos_data/srdf/talos.srdf"
POSTURE = "half_sitting"
LOCKED = ("gripper", "head")  # joints that reaching does not need
FEET = ("left_sole_link", "right_sole_link")
HAND = "gripper_right_base_link"
LEGS = 12  # joints of both legs, the first after the root
NEAREST, FARTHEST = np.array([0.2, -0.7, 0.5]), np.array([0.7, 0.1, 1.5])  # m, corners of the box of targets
SPREAD = 0.2  # rad, of the angles above the hips in the beginning

# Weights of the costs, per second while it moves. Enough on the torques that it does not throw its arm, with
# which the feet would tear off the ground; enough on the distance that it is there well before the end, for a
# policy sees no time.
DISTANCE, POSTURE_WEIGHT, ROOT_WEIGHT, DAMPING, BALANCE = 100.0, 0.3, 0.03, 0.3, 50.0
TORQUE = 9.0  # of a torque, as a share of its limit


class Talos(ContactTask):
    """theta = (q_0, v_0 = 0, target position (3,)): 28 joints and a free root, 34 degrees of freedom.

    It begins in half-sitting posture, its torso and arms up to 0.2 rad elsewhere. Contacts of the feet are
    constraints of the dynamics. That they can only push, and where, is left to costs that keep the centre
    of mass between the feet, and torques small; nor are there limits of the joints or collisions.

    State control: an action names the whole state to come, and the controls are those of inverse dynamics
    with the contacts, which makes of a state that lifts a foot one that does not.

    Args:
        control, horizon: see `Task`.
    """

    name = "talos"
    dt = 0.02
    goal_tolerance = 0.05

    def __init__(self, control: ControlMode = "state", horizon: int = 60) -> None:
        model, standing = _model()
        limit = model.upperEffortLimit[6:].copy()
        super().__init__(model, standing, FEET, limit, control)
        self.horizon = horizon
        self.hand = model.getFrameId(HAND)
        self.preferred = self.gravity_control(self.reference)
        pin.framesForwardKinematics(model, self._data, standing)
        self._soles = [self._data.oMf[foot].copy() for foot in self.contact_frames]
        self.support = np.mean([sole.translation for sole in self._soles], axis=0)

    def sample(self, rng: np.random.Generator) -> Array:
        x = self.reference.copy()
        above_hips = slice(self.model.nq - (self.nu - LEGS), self.model.nq)
        x[above_hips] += rng.uniform(-SPREAD, SPREAD, self.nu - LEGS)
        return np.concatenate([x, rng.uniform(NEAREST, FARTHEST)])

    def target(self, theta: Array) -> Array:
        """The point to reach, (3,)."""
        return theta[self.space.nx :]

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        running, terminal = self._cost(theta, self.dt, torque=True), self._cost(theta, 1.0, torque=False)
        return aligator.TrajOptProblem(
            self.initial_state(theta), [self.stage(running)] * self.horizon, terminal
        )

    def _cost(self, theta: Array, seconds: float, torque: bool) -> aligator.CostStack:
        space, nu, nv = self.space, self.nu, self.model.nv
        weights = np.repeat([POSTURE_WEIGHT, DAMPING], nv)
        weights[:6] = ROOT_WEIGHT
        position = aligator.FrameTranslationResidual(space.ndx, nu, self.model, self.target(theta), self.hand)
        balance = aligator.CenterOfMassTranslationResidual(space.ndx, nu, self.model, self.support)
        horizontal = np.diag([1.0, 1.0, 0.0])
        cost = aligator.CostStack(space, nu)
        cost.addCost("hand", aligator.QuadraticResidualCost(space, position, DISTANCE * seconds * np.eye(3)))
        posture = aligator.QuadraticStateCost(space, nu, self.reference, seconds * np.diag(weights))
        cost.addCost("posture", posture)
        cost.addCost(
            "balance", aligator.QuadraticResidualCost(space, balance, BALANCE * seconds * horizontal)
        )
        if torque:
            share = np.diag(TORQUE * seconds / self.upper**2)
            cost.addCost("torque", aligator.QuadraticControlCost(space, self.preferred, share))
        return cost

    def cost_targets(self, theta: Array) -> CostTargets:
        return {"hand": self.target(theta)}

    def goal_state(self, theta: Array) -> Array:
        """At rest with the hand at the target: inverse kinematics from q_0."""
        q = self.inverse_kinematics(theta[: self.model.nq], self.target(theta))
        return np.concatenate([q, np.zeros(self.model.nv)])

    def guess(self, theta: Array) -> tuple[Array, Array]:
        """A minimum-jerk path from q_0 to the inverse kinematics solution, with torques against gravity."""
        start, goal = (x[: self.model.nq] for x in (self.initial_state(theta), self.goal_state(theta)))
        s = np.linspace(0, 1, self.horizon + 1)
        way = pin.difference(self.model, start, goal)
        q = np.stack(
            [pin.integrate(self.model, start, share * way) for share in 10 * s**3 - 15 * s**4 + 6 * s**5]
        )
        v = np.zeros((self.horizon + 1, self.model.nv))
        v[1:-1] = [pin.difference(self.model, *pair) / self.dt for pair in pairwise(q[:-1])]
        xs = np.hstack([q, v])
        return xs, self.resting_controls(xs)

    def resting_control(self, x: Array) -> Array:
        return self.gravity_control(x)

    def inverse_kinematics(self, q: Array, target: Array) -> Array:
        """A configuration near q, (nq,), by damped Gauss-Newton steps: the hand at the target, the feet where
        they stand, the centre of mass above their middle."""
        for _ in range(100):
            error, jacobian = self._amiss(q, target)
            if np.abs(error).max() < 1e-3:
                break
            step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-3 * np.eye(len(error)), error)
            q = pin.integrate(self.model, q, step * min(1.0, 0.3 / np.abs(step).max()))
        return q

    def _amiss(self, q: Array, target: Array) -> tuple[Array, Array]:
        """What inverse kinematics brings to zero, of hand, feet and centre of mass, (17,), and the way there
        by the tangent of q, (17, nv)."""
        balance = (self.support - pin.centerOfMass(self.model, self._data, q))[:2]
        to_balance = pin.jacobianCenterOfMass(self.model, self._data, q)[:2].copy()
        away, to_hand, to_feet = (
            target - self.hand_position(q),
            self._hand_jacobian(q),
            self.contact_jacobian(q),
        )
        pin.updateFramePlacements(self.model, self._data)
        feet = [
            pin.log6(self._data.oMf[foot].actInv(sole)).vector
            for foot, sole in zip(self.contact_frames, self._soles, strict=True)
        ]
        return np.concatenate([away, *feet, balance]), np.vstack([to_hand, to_feet, to_balance])

    def hand_position(self, x: Array) -> Array:
        """Where the hand is in state x, (3,)."""
        pin.framesForwardKinematics(self.model, self._data, x[: self.model.nq])
        return self._data.oMf[self.hand].translation.copy()

    def _hand_jacobian(self, q: Array) -> Array:
        """d hand position / dq in the tangent space, (3, nv)."""
        return pin.computeFrameJacobian(self.model, self._data, q, self.hand, pin.LOCAL_WORLD_ALIGNED)[:3]

    def tracked_point(self, x: Array) -> Array:
        return self.hand_position(x)

    def goal_point(self, theta: Array) -> Array:
        return self.target(theta)

    def goal_distance(self, theta: Array, x: Array) -> float:
        """Distance of the hand from the target, m."""
        return float(np.linalg.norm(self.hand_position(x) - self.target(theta)))

    def observe(self, x: Array, theta: Array) -> Array:
        """(coordinates, target as seen from the hand along the world's axes, target), (74,)."""
        target = self.target(theta)
        return np.concatenate([self.coordinates(x), target - self.hand_position(x), target])

    def observe_jacobian(self, x: Array, theta: Array) -> Array:
        nv = self.model.nv
        away = np.hstack([-self._hand_jacobian(x[: self.model.nq]), np.zeros((3, nv))])
        return np.vstack([self.coordinates_jacobian(x), away, np.zeros((3, 2 * nv))])

    def observe_parameter_jacobian(self, x: Array, theta: Array) -> Array:
        return np.vstack([np.zeros((self.space.ndx, 3)), np.eye(3), np.eye(3)])


def _model() -> tuple[pin.Model, Array]:
    """The robot without the joints that stay locked, and its half-sitting posture, (nq,)."""
    whole = load_robot(URDF, pin.JointModelFreeFlyer())
    locked = [joint for joint in range(whole.njoints) if any(part in whole.names[joint] for part in LOCKED)]
    model = pin.buildReducedModel(whole, locked, _posture(whole))
    return model, _posture(model)


def _posture(model: pin.Model) -> Array:
    pin.loadReferenceConfigurations(model, str(ROBOTS / SRDF), False)
    return model.referenceConfigurations[POSTURE].copy()
