"""A problem without a robot model: park a car at a random place, past a pillar. The ODE is in Python."""

import aligator
import numpy as np

from sobolev_diffusion import Task

WHEELBASE, PILLAR, RADIUS = 0.5, np.array([0.8, 0.1]), 0.3  # m


class Steering(aligator.dynamics.ODEAbstract):
    """x = (x, y, heading, speed); u = (acceleration, steering angle)."""

    def forward(self, x, u, data):
        turn = np.tan(u[1]) / WHEELBASE
        data.xdot[:] = x[3] * np.cos(x[2]), x[3] * np.sin(x[2]), x[3] * turn, u[0]

    def dForward(self, x, u, data):
        c, s, v, turn = np.cos(x[2]), np.sin(x[2]), x[3], np.tan(u[1]) / WHEELBASE
        data.Jx[:, 2:] = [[-v * s, c], [v * c, s], [0, turn], [0, 0]]
        data.Ju[:] = [[0, 0], [0, 0], [0, v / np.cos(u[1]) ** 2 / WHEELBASE], [1, 0]]


class Inside(aligator.StageFunction):
    """How far inside the pillar, as a difference of squares; 0 outside."""

    def evaluate(self, x, u, data):
        data.value[0] = max(0, RADIUS**2 - np.sum((x[:2] - PILLAR) ** 2))

    def computeJacobians(self, x, u, data):
        data.Jx[0, :2] = -2 * (x[:2] - PILLAR) * (np.linalg.norm(x[:2] - PILLAR) < RADIUS)


class Car(Task):
    """theta = (x_0, target x, target y, target heading)."""

    name, horizon, dt = "car", 60, 0.05
    lower, upper = np.array([-3.0, -0.6]), np.array([3.0, 0.6])

    def __init__(self):
        super().__init__()
        self.space = aligator.manifolds.VectorSpace(4)
        self.dynamics = aligator.dynamics.IntegratorRK2(Steering(self.space, 2), self.dt)

    def sample(self, rng):
        return rng.uniform([-0.2, -0.2, -0.3, 0, 1.3, -1.0, -0.8], [0.2, 0.2, 0.3, 0, 2.0, 1.0, 0.8])

    def goal_state(self, theta):
        return np.append(theta[4:], 0.0)

    def problem(self, theta):
        space, running, terminal = self.space, *(aligator.CostStack(self.space, 2) for _ in range(2))
        goal = self.goal_state(theta)
        running.addCost("goal", aligator.QuadraticStateCost(space, 2, goal, 0.05 * np.eye(4)))
        running.addCost("effort", aligator.QuadraticControlCost(space, 2, 0.02 * np.eye(2)))
        running.addCost("pillar", aligator.QuadraticResidualCost(space, Inside(4, 2, 1), 500 * np.eye(1)))
        terminal.addCost("goal", aligator.QuadraticStateCost(space, 2, goal, 100 * np.eye(4)))
        stage = aligator.StageModel(running, self.dynamics)
        limits = aligator.constraints.BoxConstraint(self.lower, self.upper)
        stage.addConstraint(aligator.ControlErrorResidual(4, np.zeros(2)), limits)
        return aligator.TrajOptProblem(theta[:4], [stage] * self.horizon, terminal)
