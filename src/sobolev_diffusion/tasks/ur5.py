"""Bring the tool of a UR5 arm to a point, within the limits of its motors."""

from __future__ import annotations

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, ControlMode
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.multibody import MultibodyTask
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.robots import load_robot

HOME = np.array([0.0, -np.pi / 2, np.pi / 2, -np.pi / 2, -np.pi / 2, 0.0])
FIXED_TARGET = np.array([0.4, 0.3, 0.4])
SHOULDER, REACH = np.array([0.0, 0.0, 0.09]), 0.85  # m


class UR5(MultibodyTask):
    """theta = (q_0, v_0 = 0), then the target position (3,) if it is random.

    Args:
        full_init: q_0 anywhere, U(-pi, pi)^6; else within 0.3 rad of an elbow-up posture.
        random_target: somewhere around the arm, within reach; else one fixed point.
        control, horizon: see `Task`.
    """

    name = "ur5"
    urdf = "ur_description/urdf/ur5_robot.urdf"
    dt = 0.02
    goal_tolerance = 0.05

    def __init__(
        self,
        full_init: bool = False,
        random_target: bool = False,
        control: ControlMode = "state",
        horizon: int = 100,
    ) -> None:
        model = load_robot(self.urdf)
        limit = model.upperEffortLimit.copy()
        super().__init__(model, np.eye(model.nv), -limit, limit, control)
        self.horizon = horizon
        self.full_init, self.random_target = full_init, random_target
        self.tool = model.getFrameId("tool0")

    def sample(self, rng: np.random.Generator) -> Array:
        nq = self.model.nq
        q = rng.uniform(-np.pi, np.pi, nq) if self.full_init else HOME + rng.uniform(-0.3, 0.3, nq)
        target = [_target_in_reach(rng)] if self.random_target else []
        return np.concatenate([q, np.zeros(self.model.nv), *target])

    def target(self, theta: Array) -> Array:
        """The point to reach, (3,)."""
        return theta[self.space.nx :] if self.random_target else FIXED_TARGET

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        space, nu, nv, dt = self.space, self.nu, self.model.nv, self.dt
        rest = space.neutral()
        position = aligator.FrameTranslationResidual(space.ndx, nu, self.model, self.target(theta), self.tool)
        velocity = aligator.FrameVelocityResidual(
            space.ndx, nu, self.model, pin.Motion.Zero(), self.tool, pin.LOCAL
        )

        def damping(weight: float) -> aligator.QuadraticStateCost:
            weights = np.diag(np.repeat([0.0, weight], nv))
            return aligator.QuadraticStateCost(space, nu, rest, weights)

        # Little weight on the torques, which hold the arm up, much on the distance: otherwise the arm rests
        # some centimetres off and comes to the target at the very end, and a policy sees no time.
        running = aligator.CostStack(space, nu)
        running.addCost("tool", aligator.QuadraticResidualCost(space, position, 50.0 * dt * np.eye(3)))
        running.addCost("velocity", damping(0.05 * dt))
        running.addCost("torque", aligator.QuadraticControlCost(space, nu, 3e-4 * dt * np.eye(nu)))
        terminal = aligator.CostStack(space, nu)
        terminal.addCost("tool", aligator.QuadraticResidualCost(space, position, 100.0 * np.eye(3)))
        terminal.addCost("tool velocity", aligator.QuadraticResidualCost(space, velocity, 0.1 * np.eye(6)))
        terminal.addCost("velocity", damping(0.1))
        stages = [self.stage(running)] * self.horizon
        return aligator.TrajOptProblem(self.initial_state(theta), stages, terminal)

    def cost_targets(self, theta: Array) -> CostTargets:
        return {"tool": self.target(theta)}

    def goal_state(self, theta: Array) -> Array:
        """At rest with the tool at the target: inverse kinematics from q_0."""
        q = self.inverse_kinematics(theta[: self.model.nq], self.target(theta))
        return np.concatenate([q, np.zeros(self.model.nv)])

    def guess(self, theta: Array) -> tuple[Array, Array]:
        """A minimum-jerk path from q_0 to the inverse kinematics solution, with torques against gravity."""
        start, goal = self.initial_state(theta)[: self.model.nq], self.goal_state(theta)[: self.model.nq]
        s = np.linspace(0, 1, self.horizon + 1)[:, None]
        q = start + (10 * s**3 - 15 * s**4 + 6 * s**5) * (goal - start)
        v = np.zeros_like(q)
        v[1:-1] = np.diff(q, axis=0)[1:] / self.dt
        xs = np.hstack([q, v])
        return xs, self.resting_controls(xs)

    def resting_control(self, x: Array) -> Array:
        return self.gravity_control(x)

    def tool_position(self, x: Array) -> Array:
        """Where the tool is in state x, (3,)."""
        pin.forwardKinematics(self.model, self._data, x[: self.model.nq])
        return pin.updateFramePlacement(self.model, self._data, self.tool).translation.copy()

    def inverse_kinematics(self, q: Array, target: Array) -> Array:
        """A configuration near q, (6,), that brings the tool to the target: damped Gauss-Newton steps."""
        q = q.copy()
        for _ in range(200):
            error = target - self.tool_position(q)
            if np.linalg.norm(error) < 1e-3:
                break
            jacobian = self._tool_jacobian(q)
            step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-3 * np.eye(3), error)
            q += step * min(1.0, 0.3 / np.abs(step).max())
        return q

    def _tool_jacobian(self, q: Array) -> Array:
        """d tool position / dq, (3, 6)."""
        return pin.computeFrameJacobian(self.model, self._data, q, self.tool, pin.LOCAL_WORLD_ALIGNED)[:3]

    def tracked_point(self, x: Array) -> Array:
        return self.tool_position(x)

    def goal_point(self, theta: Array) -> Array:
        return self.target(theta)

    def goal_distance(self, theta: Array, x: Array) -> float:
        """Distance of the tool from the target, m."""
        return float(np.linalg.norm(self.tool_position(x) - self.target(theta)))

    def observe(self, x: Array, theta: Array) -> Array:
        """(cos q, sin q, q, v, target as seen from the tool along the world's axes, target if random).

        The paper's, (cos q, sin q, v, target), leave it to the network to find the arm's kinematics, and the
        angles that its actions start from, in the demonstrations.
        """
        return self._seen(x[None], theta[None])[0]

    def observations(self, xs: Array, thetas: Array) -> Array:
        return self._seen(xs, thetas) if inherits(self, UR5, "observe") else super().observations(xs, thetas)

    def _seen(self, xs: Array, thetas: Array) -> Array:
        q, targets = xs[:, : self.model.nq], thetas[:, self.space.nx :]
        away = (targets if self.random_target else FIXED_TARGET) - [self.tool_position(x) for x in xs]
        return np.concatenate([np.cos(q), np.sin(q), xs, away, targets], axis=1)

    def observe_jacobian(self, x: Array, theta: Array) -> Array:
        nv, q = self.model.nv, x[: self.model.nq]
        still, constant = np.zeros((nv, nv)), np.zeros((len(theta) - self.space.nx, 2 * nv))
        blocks = [[np.diag(-np.sin(q)), still], [np.diag(np.cos(q)), still], [np.eye(nv), still]]
        blocks += [[still, np.eye(nv)], [-self._tool_jacobian(q), np.zeros((3, nv))]]
        return np.vstack([np.block(blocks), constant])

    def observe_parameter_jacobian(self, x: Array, theta: Array) -> Array:
        if not self.random_target:
            return np.zeros((self.observation_dim, 0))
        return np.vstack([np.zeros((4 * self.model.nv, 3)), np.eye(3), np.eye(3)])


def _target_in_reach(rng: np.random.Generator) -> Array:
    while True:
        radius, azimuth, height = rng.uniform(0.35, 0.8), rng.uniform(-np.pi, np.pi), rng.uniform(0.1, 0.7)
        target = np.array([radius * np.cos(azimuth), radius * np.sin(azimuth), height])
        if np.linalg.norm(target - SHOULDER) < REACH:
            return target
