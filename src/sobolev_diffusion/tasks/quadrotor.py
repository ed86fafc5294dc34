"""Fly a quadrotor from hover to hover at the same height, between floor and ceiling."""

from __future__ import annotations

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, Axis, ControlMode
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.multibody import MultibodyTask
from sobolev_diffusion.tasks.regulation import cost_to_go, regulation_problem
from sobolev_diffusion.tasks.robots import load_robot

ARM = 0.1525  # m, from the centre to a rotor
DRAG_OVER_THRUST = 1e-6 / 6.6e-5  # m, yaw moment per newton of thrust
MAX_THRUST = 7.0  # N, of one rotor; hovering takes about half of it
FLOOR, CEILING = 0.1, 1.9  # m, limits of the height of the centre
ARENA = 2.5  # m, half of its side
YAWING = np.array([-1.0, 1.0, -1.0, 1.0])  # sense of each rotor's drag
THRUST_WEIGHT = 0.1  # of a rotor; all weights are per second


def rotor_wrenches() -> Array:
    """Force and moment on the body for 1 N of each rotor, (6, 4); rotors in a plus."""
    return np.array(
        [
            [0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0],
            [1.0, 1.0, 1.0, 1.0],
            [0.0, ARM, 0.0, -ARM],
            [-ARM, 0.0, ARM, 0.0],
            DRAG_OVER_THRUST * YAWING,
        ]
    )


def hovering(position: Array) -> Array:
    """The level state at rest at a position: (p, quaternion xyzw, velocity in the body frame), (13,)."""
    return np.concatenate([position, [0.0, 0.0, 0.0, 1.0], np.zeros(6)])


def rotation(x: Array) -> Array:
    """From the body's axes to the world's, (3, 3)."""
    return pin.Quaternion(x[3:7]).matrix()


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


class Quadrotor(MultibodyTask):
    """theta = (x_0 (13,), position of the goal (3,)), hover to hover at the same height.

    State control: an action is the position, rotation vector and velocity to come. (The logarithm of the
    pose would turn the position with the robot: at 2 m from the origin a tilt of 0.5 rad then moves the
    height that an action names by half a metre.)

    Four thrusts cannot give the six components of the wrench that `inverse_dynamics` asks for. The
    projection on the rotors' wrenches keeps lift and moments and drops the lateral force, so the
    predicted rotation is followed, and a lateral error of position is corrected only by tilting: by
    the rotations the policy predicts from where the robot is. What the rotors cannot give of the rest is
    left out in the order of `within_limits`.
    """

    name = "quadrotor"
    urdf = "hector_description/robots/quadrotor_base.urdf"
    dt = 0.02
    goal_tolerance = 0.2
    state_weights = (1.0, 0.1, 0.1, 0.1)
    """Of position, rotation, linear and angular velocity, per second."""

    def __init__(self, control: ControlMode = "state", horizon: int = 150) -> None:
        model = load_robot(self.urdf, pin.JointModelFreeFlyer())
        lower, upper = np.zeros(4), np.full(4, MAX_THRUST)
        super().__init__(model, rotor_wrenches(), lower, upper, control)
        self.horizon = horizon
        self.centre = model.getFrameId("base_link")
        self.hover = self.gravity_control(hovering(np.zeros(3)))
        self.state_cost = self.dt * np.diag(np.repeat(self.state_weights, 3))
        self.thrust_cost = self.dt * THRUST_WEIGHT * np.eye(self.nu)
        # With this as terminal cost the best control hardly depends on the time left, which a policy does not
        # see; with a stiffer one the gains grow tenfold over the last second.
        self.cost_to_go = cost_to_go(
            self, hovering(np.zeros(3)), self.hover, self.state_cost, self.thrust_cost
        )

    def sample(self, rng: np.random.Generator) -> Array:
        while True:
            height = rng.uniform(0.5, 1.5)
            start, goal = (np.array([*rng.uniform(-ARENA, ARENA, 2), height]) for _ in range(2))
            if np.linalg.norm(goal - start) > 1.5:
                return np.concatenate([hovering(start), goal])

    def goal_state(self, theta: Array) -> Array:
        return hovering(theta[self.space.nx :])

    def resting_control(self, x: Array) -> Array:
        return self.hover

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        return regulation_problem(
            self, theta, self.hover, self.state_cost, self.thrust_cost, self.cost_to_go, "thrust"
        )

    def cost_targets(self, theta: Array) -> CostTargets:
        goal = self.goal_state(theta)
        return {"state": goal, "cost to go": goal}

    def stage(self, cost: aligator.CostStack) -> aligator.StageModel:
        stage = super().stage(cost)
        position = aligator.FrameTranslationResidual(
            self.space.ndx, self.nu, self.model, np.zeros(3), self.centre
        )
        lower, upper = np.array([-np.inf, -np.inf, FLOOR]), np.array([np.inf, np.inf, CEILING])
        stage.addConstraint(position, aligator.constraints.BoxConstraint(lower, upper))
        return stage

    def coordinates(self, x: Array) -> Array:
        """(position, rotation vector, linear and angular velocity in the body frame), (12,)."""
        return np.concatenate([x[:3], pin.log3(rotation(x)), x[7:]])

    def state_at(self, coordinates: Array) -> Array:
        pose = pin.SE3(pin.exp3(coordinates[3:6]), coordinates[:3])
        return np.concatenate([pin.SE3ToXYZQUAT(pose), coordinates[6:]])

    def coordinates_jacobian(self, x: Array) -> Array:
        jacobian = np.eye(self.space.ndx)
        jacobian[:3, :3] = rotation(x)
        jacobian[3:6, 3:6] = pin.Jlog3(rotation(x))
        return jacobian

    def observe(self, x: Array, theta: Array) -> Array:
        """(coordinates, the goal as seen from the robot along the world's axes)."""
        return np.concatenate([self.coordinates(x), self.goal_point(theta) - x[:3]])

    def observe_jacobian(self, x: Array, theta: Array) -> Array:
        away = np.zeros((3, self.space.ndx))
        away[:, :3] = -rotation(x)  # tangents of the position are in the robot's axes
        return np.vstack([self.coordinates_jacobian(x), away])

    def observe_parameter_jacobian(self, x: Array, theta: Array) -> Array:
        return np.vstack([np.zeros((self.space.ndx, 3)), np.eye(3)])

    def within_limits(self, unaccelerated: Array, accelerating: Array) -> Array:
        """Rolling and pitching come first, then lift, then yawing with what the rotors have left.

        Whatever is amiss, a robot that cannot tilt cannot mend it; yawing takes large differences of thrust
        for little moment and changes nothing of where the robot goes.
        """
        thrust = unaccelerated + accelerating
        yawing = float(YAWING @ thrust / 4)
        # numbers, not arrays: in a rollout this is asked for at every step
        first, second, third, fourth = thrust.tolist()
        (low_x, low_y), (high_x, high_y) = self.lower[:2].tolist(), self.upper[:2].tolist()
        # opposite rotors, (0, 2) and (1, 3): half the difference of each pair, least and most of its mean
        half_x, half_y = (high_x - low_x) / 2, (high_y - low_y) / 2
        x, y = _clip((first - third) / 2, -half_x, half_x), _clip((second - fourth) / 2, -half_y, half_y)
        least_x, least_y = low_x + abs(x), low_y + abs(y)
        most_x, most_y = high_x - abs(x), high_y - abs(y)
        mean = (first + second + third + fourth) / 4
        lift = _clip(mean, (least_x + least_y) / 2, (most_x + most_y) / 2)
        yawing = _clip(yawing, max(lift - most_x, least_y - lift), min(lift - least_x, most_y - lift))
        return lift + np.array([x, y, -x, -y]) + yawing * YAWING

    def tracked_point(self, x: Array) -> Array:
        return x[:3]

    def goal_point(self, theta: Array) -> Array:
        return theta[self.space.nx :]

    def links(self, x: Array) -> Array:
        """Two crossed arms from rotor to rotor."""
        pin.framesForwardKinematics(self.model, self._data, x[: self.model.nq])
        ends = ARM * np.array([[[1, 0, 0], [-1, 0, 0]], [[0, 1, 0], [0, -1, 0]]])
        return np.array([[self._data.oMi[1].act(end) for end in arm] for arm in ends])

    def goal_distance(self, theta: Array, x: Array) -> float:
        """Distance from the goal, m."""
        return float(np.linalg.norm(x[:3] - theta[self.space.nx :]))

    @property
    def state_axes(self) -> tuple[Axis, ...]:
        names = [("pose {}", ("m", "m", "m", "rad", "rad", "rad"))]
        names.append(("velocity {}", ("m/s", "m/s", "m/s", "rad/s", "rad/s", "rad/s")))
        directions = ("x", "y", "z", "rx", "ry", "rz")
        return tuple(
            Axis(name.format(direction), unit)
            for name, units in names
            for direction, unit in zip(directions, units, strict=True)
        )

    @property
    def control_axes(self) -> tuple[Axis, ...]:
        return tuple(Axis(f"thrust of rotor {number}", "N") for number in range(1, 5))
