"""Swing up a double pendulum whose shoulder alone is driven (a pendubot)."""

from __future__ import annotations

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, Axis, ControlMode
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.multibody import MultibodyTask

MASS, LENGTH = 1.0, 1.0  # of each rod, kg and m


def double_pendulum_model() -> pin.Model:
    """Two uniform rods of 1 kg and 1 m on frictionless hinges; q = 0 is upright and straight."""
    model = pin.Model()
    across = MASS * LENGTH**2 / 12
    rod = pin.Inertia(MASS, np.array([0.0, 0.0, LENGTH / 2]), np.diag([across, across, 1e-4]))
    parent, placement = 0, pin.SE3.Identity()
    for name in ("shoulder", "elbow"):
        parent = model.addJoint(parent, pin.JointModelRX(), placement, name)
        model.appendBodyToJoint(parent, rod, pin.SE3.Identity())
        placement = pin.SE3(np.eye(3), np.array([0.0, 0.0, LENGTH]))
    model.addFrame(pin.Frame("tip", parent, placement, pin.FrameType.OP_FRAME))
    return model


class DoublePendulum(MultibodyTask):
    """theta = x_0 = (q, v), both angles within `spread` rad of hanging straight down, v = 0.

    The paper does not say which joints are driven. With both, the task is easy from any guess; with the
    shoulder alone the solver converges as seldom from the interpolated guess as the paper reports.
    """

    name = "double_pendulum"
    dt = 0.01

    def __init__(
        self,
        control: ControlMode = "torque",
        horizon: int = 300,
        torque_limit: float = 25.0,
        spread: float = 0.5,
    ) -> None:
        limit = np.array([torque_limit])
        super().__init__(double_pendulum_model(), np.array([[1.0], [0.0]]), -limit, limit, control)
        self.horizon = horizon
        self.spread = spread

    def sample(self, rng: np.random.Generator) -> Array:
        shoulder, elbow = rng.uniform(-self.spread, self.spread, 2)
        return np.array([np.pi + shoulder, elbow, 0.0, 0.0])

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        goal = self.goal_state(theta)
        running = aligator.CostStack(self.space, self.nu)
        weights = self.dt * np.diag([0.16, 0.16, 0.16, 0.16])
        running.addCost("state", aligator.QuadraticStateCost(self.space, self.nu, goal, weights))
        torque = self.dt * np.diag([0.5])
        running.addCost("torque", aligator.QuadraticControlCost(self.space, self.nu, torque))
        terminal = aligator.CostStack(self.space, self.nu)
        weights = np.diag([300.0, 300.0, 30.0, 30.0])
        terminal.addCost("goal", aligator.QuadraticStateCost(self.space, self.nu, goal, weights))
        stages = [self.stage(running)] * self.horizon
        return aligator.TrajOptProblem(self.initial_state(theta), stages, terminal)

    def cost_targets(self, theta: Array) -> CostTargets:
        return {}

    @property
    def state_axes(self) -> tuple[Axis, ...]:
        return (
            Axis("shoulder angle", "rad"),
            Axis("elbow angle", "rad"),
            Axis("shoulder velocity", "rad/s"),
            Axis("elbow velocity", "rad/s"),
        )

    @property
    def control_axes(self) -> tuple[Axis, ...]:
        return (Axis("shoulder torque", "N m"),)
