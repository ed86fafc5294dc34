"""Swing up a pendulum from a random downward position."""

from __future__ import annotations

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, Axis, ControlMode
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.multibody import MultibodyTask


def pendulum_model() -> pin.Model:
    """A point mass of 1 kg at 1 m from a frictionless hinge; q = 0 is upright."""
    model = pin.Model()
    joint = model.addJoint(0, pin.JointModelRX(), pin.SE3.Identity(), "hinge")
    model.appendBodyToJoint(
        joint,
        pin.Inertia(1.0, np.array([0.0, 0.0, 1.0]), 1e-3 * np.eye(3)),
        pin.SE3.Identity(),
    )
    return model


class Pendulum(MultibodyTask):
    """theta = x_0 = (q, v), q within `spread` rad of hanging down, v = 0; the torque cannot lift it."""

    name = "pendulum"
    dt = 0.02

    def __init__(
        self,
        control: ControlMode = "torque",
        horizon: int = 200,
        torque_limit: float = 5.0,
        spread: float = 0.5,
    ) -> None:
        limit = np.array([torque_limit])
        super().__init__(pendulum_model(), np.eye(1), -limit, limit, control)
        self.horizon = horizon
        self.spread = spread

    def sample(self, rng: np.random.Generator) -> Array:
        return np.array([np.pi + rng.uniform(-self.spread, self.spread), 0.0])

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        goal = self.goal_state(theta)
        running = aligator.CostStack(self.space, self.nu)
        running.addCost(
            "state",
            aligator.QuadraticStateCost(self.space, self.nu, goal, self.dt * np.diag([0.1, 0.1])),
        )
        running.addCost(
            "torque",
            aligator.QuadraticControlCost(self.space, self.nu, self.dt * np.diag([0.3])),
        )
        terminal = aligator.CostStack(self.space, self.nu)
        terminal.addCost(
            "goal",
            aligator.QuadraticStateCost(self.space, self.nu, goal, np.diag([100.0, 10.0])),
        )
        stage = self.stage(running)
        return aligator.TrajOptProblem(self.initial_state(theta), [stage] * self.horizon, terminal)

    def cost_targets(self, theta: Array) -> CostTargets:
        return {}

    def resting_control(self, x: Array) -> Array:
        return self.gravity_control(x)

    @property
    def state_axes(self) -> tuple[Axis, ...]:
        return (Axis("angle", "rad"), Axis("angular velocity", "rad/s"))

    @property
    def control_axes(self) -> tuple[Axis, ...]:
        return (Axis("torque", "N m"),)
