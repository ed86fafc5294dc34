"""Swing up a double pendulum whose elbow alone is driven (an acrobot) to balance at a given height."""

from __future__ import annotations

import aligator
import numpy as np
from scipy.optimize import brentq

from sobolev_diffusion.tasks.base import Array, Axis, ControlMode
from sobolev_diffusion.tasks.double_pendulum import LENGTH, double_pendulum_model
from sobolev_diffusion.tasks.multibody import MultibodyTask
from sobolev_diffusion.tasks.regulation import cost_to_go, regulation_problem

LOWEST, HIGHEST = 1.4, 1.95  # m, of the tip above the shoulder; 2 is upright and straight
STATE_WEIGHTS, TORQUE_WEIGHT = (0.5, 0.5, 0.05, 0.05), 0.05  # per second


def balanced(height: float) -> Array:
    """The state at rest with the centre of mass above the shoulder and the tip at a height, (4,).

    Of the two there are, the one whose elbow is bent to the positive side.
    """

    def bent(elbow: float) -> Array:
        # of uniform rods along e_1 and e_2 the centre of mass is along 3 e_1 + e_2
        return np.array([-np.arctan2(np.sin(elbow), 3 + np.cos(elbow)), elbow])

    def tip(elbow: float) -> float:
        shoulder = bent(elbow)[0]
        return LENGTH * float(np.cos(shoulder) + np.cos(shoulder + elbow))

    return np.concatenate([bent(brentq(lambda elbow: tip(elbow) - height, 0.0, np.pi)), np.zeros(2)])


class Acrobot(MultibodyTask):
    """theta = (q_0, v_0 = 0, height of the tip at the goal): both angles within `spread` rad of hanging down.

    Args:
        control, horizon: see `Task`.
        torque_limit: of the elbow, N m.
        spread: of the angles in the beginning, rad.
    """

    name = "acrobot"
    dt = 0.02

    def __init__(
        self,
        control: ControlMode = "torque",
        horizon: int = 200,
        torque_limit: float = 15.0,
        spread: float = 0.3,
    ) -> None:
        limit = np.array([torque_limit])
        super().__init__(double_pendulum_model(), np.array([[0.0], [1.0]]), -limit, limit, control)
        self.horizon = horizon
        self.spread = spread
        self.state_cost = self.dt * np.diag(STATE_WEIGHTS)
        self.torque_cost = self.dt * TORQUE_WEIGHT * np.eye(1)

    def sample(self, rng: np.random.Generator) -> Array:
        shoulder, elbow = rng.uniform(-self.spread, self.spread, 2)
        return np.array([np.pi + shoulder, elbow, 0.0, 0.0, rng.uniform(LOWEST, HIGHEST)])

    def goal_state(self, theta: Array) -> Array:
        return balanced(theta[self.space.nx])

    def problem(self, theta: Array) -> aligator.TrajOptProblem:
        goal = self.goal_state(theta)
        holding = self.gravity_control(goal)
        to_go = self._cost_to_go(goal, holding)
        return regulation_problem(self, theta, holding, self.state_cost, self.torque_cost, to_go, "torque")

    def retarget(self, problem: aligator.TrajOptProblem, theta: Array) -> aligator.TrajOptProblem:
        problem.x0_init = self.initial_state(theta)
        goal = self.goal_state(theta)
        holding = self.gravity_control(goal)
        running = [stage.cost for stage in problem.stages]
        for costs, name, target in (
            (running, "state", goal),
            (running, "torque", holding),
            ([problem.term_cost], "cost to go", goal),
        ):
            for stack in costs:
                assert isinstance(stack, aligator.CostStack)
                cost = stack.getComponent(name)
                assert isinstance(cost, aligator.QuadraticStateCost | aligator.QuadraticControlCost)
                cost.target = target
                if name == "cost to go":
                    cost.weights = self._cost_to_go(goal, holding)
        return problem

    def _cost_to_go(self, goal: Array, holding: Array) -> Array:
        return cost_to_go(self, goal, holding, self.state_cost, self.torque_cost)

    @property
    def state_axes(self) -> tuple[Axis, ...]:
        angles = tuple(Axis(f"{joint} angle", "rad") for joint in ("shoulder", "elbow"))
        return (*angles, *(Axis(f"{joint} velocity", "rad/s") for joint in ("shoulder", "elbow")))

    @property
    def control_axes(self) -> tuple[Axis, ...]:
        return (Axis("elbow torque", "N m"),)
