"""Solo12 jumps from all four feet to a place on the ground: it stands, flies, and stands."""

from __future__ import annotations

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, ControlMode
from sobolev_diffusion.tasks.contacts import ContactTask
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.joint_targets import torques_towards
from sobolev_diffusion.tasks.robots import ROBOTS, load_robot

SRDF = "solo_description/srdf/solo.srdf"
POSTURE = "standing"
FEET = ("FL_FOOT", "FR_FOOT", "HL_FOOT", "HR_FOOT")
FRICTION = 0.7
TAKEOFF, TOUCHDOWN = 12, 24  # the steps of flight are from the first to before the second
NEAREST, FARTHEST = np.array([0.1, -0.1]), np.array([0.4, 0.1])  # m, corners of the box of targets
SHIFT, TILT = 0.02, 0.1  # m, rad, of the root in the beginning

SETTLED = 36  # steps, after which little happens

# Weights of the costs, per second, of the root's place, its rotation, joints, velocities and torques. On the
# place there is none before it has landed: where to is decided by then.
PLACE, ROTATION, LANDED_ROTATION = 400.0, 5.0, 60.0
POSTURE_WEIGHT, LANDED_POSTURE = 0.1, 1.0
DAMPING, ROOT_DAMPING, TORQUE = 0.05, 1.0, 5.0  # of a torque, as a share of its limit
END = 0.3  # s, for which the end counts
STIFFNESS, DAMPER = 4.0, 0.2  # N m / rad, N m s / rad, of the joints under a policy
HEIGHT, IMPACT = 2e4, 1.0  # of the feet at touchdown: m, m/s


class Solo12(ContactTask):
    """theta = (q_0, v_0 = 0, where to jump (2,)): 12 joints and a free root, 18 degrees of freedom.

    It begins with its feet where they are in its standing posture, its root up to 2 cm and 0.1 rad elsewhere.
    Contact phases are fixed: all feet stay where they are for 0.24 s, there is no contact for 0.24 s, then
    feet stay where they came down, after an inelastic impact of one step. That they come down on the
    ground is left to a steep cost. Forces push, within cones of friction, by constraints of the problem. The
    dynamics, and so rollouts, know no such limits. While legs give way to the impact the integrator lets feet
    sink by up to 1 cm. There are no limits of joints, and no collisions.

    State control: an action names targets of springs and dampers at the joints, the same ones whatever the
    feet touch; those of a solution lead to its own torques. The root goes where feet and flight take it. A
    policy sees a clock, for the state does not tell when a phase ends.

    Args:
        control, horizon: see `Task`.
        torque_limit: of every joint, N m.
    """

    name = "solo12"
    urdf = "solo_description/robots/solo12.urdf"
    dt = 0.02
    goal_tolerance = 0.05
    contact_damping = 1 / dt  # an impact lasts one step

    def __init__(self, control: ControlMode = "state", horizon: int = 52, torque_limit: float = 2.5) -> None:
        model, standing = _model(self.urdf)
        limit = np.full(model.nv - 6, torque_limit)
        super().__init__(model, standing, FEET, limit, control, points=True)
        self.horizon = horizon
        self.preferred = self.gravity_control(self.reference)
        free = aligator.dynamics.MultibodyFreeFwdDynamics(self.space, self.actuation)
        self.flight = aligator.dynamics.IntegratorSemiImplEuler(free, self.dt)
        self._stance_data, self._flight_data = self.dynamics.createData(), self.flight.createData()
        self._standing_feet = self.feet(self.reference)

    # --- phases ----------------------------------------------------------------------------------

    @staticmethod
    def flying(t: int) -> bool:
        """Whether step t is without contacts."""
        return TAKEOFF <= t < TOUCHDOWN

    def dynamics_at(self, t: int) -> aligator.ExplicitDynamicsModel:
        return self.flight if self.flying(t) else self.dynamics

    # --- what the policy generates ---------------------------------------------------------------

    @property
    def action_dim(self) -> int:
        return self.nu

    def action(self, x_next: Array, u: Array) -> Array:
        """Targets of the joints, q' + (D v' + u) / P, (12,) rad; with torque control u."""
        if self.control == "torque":
            return u
        joints = slice(self.model.nq - self.nu, self.model.nq)
        return x_next[joints] + (DAMPER * x_next[-self.nu :] + u) / STIFFNESS

    def action_jacobians(self, x_next: Array, u: Array) -> tuple[Array, Array]:
        if self.control == "torque":
            return super().action_jacobians(x_next, u)
        by_state, one = np.zeros((self.nu, self.space.ndx)), np.eye(self.nu)
        by_state[:, self.model.nv - self.nu : self.model.nv] = one
        by_state[:, -self.nu :] = DAMPER / STIFFNESS * one
        return by_state, one / STIFFNESS

    def control_at(self, t: int, x: Array, action: Array) -> Array:
        if self.control == "torque":
            return np.clip(action, self.lower, self.upper)
        data = self._flight_data if self.flying(t) else self._stance_data
        u = torques_towards(self.dynamics_at(t), data, x, action, STIFFNESS, DAMPER)
        return np.clip(u, self.lower, self.upper)

    def control_for(self, x: Array, action: Array) -> Array:
        """`control_at` where it stands."""
        return self.control_at(0, x, action)

    # --- the problem -----------------------------------------------------------------------------

    def sample(self, rng: np.random.Generator) -> Array:
        shift = np.zeros(self.model.nv)
        shift[:3] = rng.uniform(-SHIFT, SHIFT, 3)
        shift[3:6] = rng.uniform(-TILT, TILT, 3)
        q = self._with_feet_on_the_ground(pin.integrate(self.model, self.standing, shift))
        return np.concatenate([q, np.zeros(self.model.nv), rng.uniform(NEAREST, FARTHEST)])

    def target(self, theta: Array) -> Array:
        """Where to jump, (2,)."""
        return theta[self.space.nx :]

    def goal_state(self, theta: Array) -> Array:
        """Standing at the target, at rest."""
        x = self.reference.copy()
        x[:2] = self.target(theta)
        return x

    def resting_control(self, x: Array) -> Array:
        return self.gravity_control(x)

    def resting_controls(self, xs: Array) -> Array:
        us = super().resting_controls(xs)
        us[TAKEOFF:TOUCHDOWN] = 0.0
        return us

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        goal = self.goal_state(theta)
        stages = [self._stage(goal, t) for t in range(self.horizon)]
        return aligator.TrajOptProblem(self.initial_state(theta), stages, self._cost(goal, END, landed=True))

    def _stage(self, goal: Array, t: int) -> aligator.StageModel:
        cost = self._cost(goal, self.dt, landed=t >= TOUCHDOWN)
        torque = np.diag(TORQUE * self.dt / self.upper**2)
        preferred = np.zeros(self.nu) if self.flying(t) else self.preferred
        cost.addCost("torque", aligator.QuadraticControlCost(self.space, preferred, torque))
        if t == TOUCHDOWN:
            self._add_touchdown(cost)
        stage = self.stage_of(cost, self.dynamics_at(t))
        if not self.flying(t):
            self._add_friction(stage)
        return stage

    def _cost(self, goal: Array, seconds: float, landed: bool) -> aligator.CostStack:
        weights = np.repeat([LANDED_POSTURE if landed else POSTURE_WEIGHT, DAMPING], self.model.nv)
        weights[:6] = [0, 0, 0, ROTATION, ROTATION, ROTATION]
        if landed:
            weights[:6] = np.repeat([PLACE, LANDED_ROTATION], 3)
            weights[self.model.nv :][:6] = ROOT_DAMPING
        cost = aligator.CostStack(self.space, self.nu)
        state = aligator.QuadraticStateCost(self.space, self.nu, goal, seconds * np.diag(weights))
        cost.addCost("state", state)
        return cost

    def _add_touchdown(self, cost: aligator.CostStack) -> None:
        """Feet on the ground, and slow."""
        ndx, nu, space = self.space.ndx, self.nu, self.space
        for name, foot in zip(FEET, self.contact_frames, strict=True):
            place = aligator.FrameTranslationResidual(ndx, nu, self.model, np.zeros(3), foot)
            velocity = aligator.FrameVelocityResidual(ndx, nu, self.model, pin.Motion.Zero(), foot, pin.LOCAL)
            linear = np.diag([IMPACT] * 3 + [0.0] * 3)
            height = aligator.QuadraticResidualCost(space, place, np.diag([0.0, 0.0, HEIGHT]))
            cost.addCost(f"{name} height", height)
            cost.addCost(f"{name} impact", aligator.QuadraticResidualCost(space, velocity, linear))

    def _add_friction(self, stage: aligator.StageModel) -> None:
        """The force on each foot pushes, and lies in a cone of friction."""
        for contact in self.contacts:
            cone = aligator.MultibodyFrictionConeResidual(
                self.space.ndx,
                self.model,
                self.actuation,
                self.contacts,
                self.contact_accuracy,
                contact.name,
                FRICTION,
            )
            stage.addConstraint(cone, aligator.constraints.NegativeOrthant())

    def cost_targets(self, theta: Array) -> CostTargets:
        return {"state": self.goal_state(theta)}

    def goal_distance(self, theta: Array, x: Array) -> float:
        """The largest of the root's displacements from the goal, m, and rotations, rad."""
        return float(np.abs(self.space.difference(self.goal_state(theta), x)[:6]).max())

    def feet(self, x: Array) -> Array:
        """Where the feet are in state x, (4, 3) m."""
        pin.framesForwardKinematics(self.model, self._data, x[: self.model.nq])
        return np.array([self._data.oMf[foot].translation for foot in self.contact_frames])

    def _with_feet_on_the_ground(self, q: Array) -> Array:
        """q with joints that leave the feet where they are in the standing posture, (nq,), by Newton."""
        step = np.zeros(self.model.nv)
        for _ in range(50):
            amiss = (self._standing_feet - self.feet(q)).ravel()
            if np.abs(amiss).max() < 1e-12:
                break
            step[6:] = np.linalg.solve(self.contact_jacobian(q)[:, 6:], amiss)
            q = pin.integrate(self.model, q, step)
        return q

    # --- what the policy sees --------------------------------------------------------------------

    def observe(self, x: Array, theta: Array) -> Array:
        """(coordinates, target as seen from the root along the world's axes, target), (40,)."""
        target = self.target(theta)
        return np.concatenate([self.coordinates(x), target - x[:2], target])

    def observe_jacobian(self, x: Array, theta: Array) -> Array:
        rotation = pin.Quaternion(x[3:7]).toRotationMatrix()  # velocities of the root are along its own axes
        away = np.zeros((2, self.space.ndx))
        away[:, :3] = -rotation[:2]
        return np.vstack([self.coordinates_jacobian(x), away, np.zeros_like(away)])

    def observe_parameter_jacobian(self, x: Array, theta: Array) -> Array:
        return np.vstack([np.zeros((self.space.ndx, 2)), np.eye(2), np.eye(2)])

    def clock(self, t: int) -> Array:
        """The time until it has settled, as a share, its sines and cosines, (7,). There it stands still: what
        chunks do not begin at, the last steps, is like what they do."""
        share = min(t / SETTLED, 1.0)
        angles = np.pi * share * np.arange(1, 4)
        return np.concatenate([[share], np.sin(angles), np.cos(angles)])

    # --- pictures ------------------------------------------------------------------------------

    def tracked_point(self, x: Array) -> Array:
        """Where the root is."""
        return x[:3]

    def goal_point(self, theta: Array) -> Array:
        return self.goal_state(theta)[:3]


def _model(urdf: str) -> tuple[pin.Model, Array]:
    """The robot, and its standing posture with the feet on the ground, (nq,)."""
    model = load_robot(urdf, pin.JointModelFreeFlyer())
    pin.loadReferenceConfigurations(model, str(ROBOTS / SRDF), False)
    standing = model.referenceConfigurations[POSTURE].copy()
    data = model.createData()
    pin.framesForwardKinematics(model, data, standing)
    standing[2] -= data.oMf[model.getFrameId(FEET[0])].translation[2]
    return model, standing
