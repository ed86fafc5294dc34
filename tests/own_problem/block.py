"""A problem of somebody's own, small and without Pinocchio: push a block on a line to a random place."""

import aligator
import numpy as np

from sobolev_diffusion import Task


class Block(Task):
    """theta = (position, velocity, target)."""

    name, horizon, dt = "block", 20, 0.1

    def __init__(self, horizon=20, force=2.0):
        super().__init__()
        self.horizon = horizon
        self.space = aligator.manifolds.VectorSpace(2)
        A = np.array([[1.0, self.dt], [0.0, 1.0]])
        self.dynamics = aligator.dynamics.LinearDiscreteDynamics(A, np.array([[0.0], [self.dt]]), np.zeros(2))
        self.lower, self.upper = np.array([-force]), np.array([force])

    def sample(self, rng):
        return np.array([rng.uniform(-1, 1), 0.0, rng.uniform(-1, 1)])

    def goal_state(self, theta):
        return np.array([theta[2], 0.0])

    def links(self, x):
        return np.array([[[x[0] - 0.1, 0.0, 0.0], [x[0] + 0.1, 0.0, 0.0]]])

    def problem(self, theta):
        goal = self.goal_state(theta)
        running, terminal = (aligator.CostStack(self.space, 1) for _ in range(2))
        running.addCost("state", aligator.QuadraticStateCost(self.space, 1, goal, 0.1 * np.eye(2)))
        running.addCost("force", aligator.QuadraticControlCost(self.space, 1, 0.01 * np.eye(1)))
        terminal.addCost("goal", aligator.QuadraticStateCost(self.space, 1, goal, 10.0 * np.eye(2)))
        stage = aligator.StageModel(running, self.dynamics)
        bounds = aligator.constraints.BoxConstraint(self.lower, self.upper)
        stage.addConstraint(aligator.ControlErrorResidual(2, np.zeros(1)), bounds)
        return aligator.TrajOptProblem(self.initial_state(theta), [stage] * self.horizon, terminal)
