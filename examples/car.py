"""A problem without a robot model: park a car at a random place. Its dynamics are an ODE in Python."""

import aligator
import numpy as np

from sobolev_diffusion import Task

WHEELBASE = 0.5  # m


class Steering(aligator.dynamics.ODEAbstract):
    """x = (x, y, heading, speed); u = (acceleration, steering angle)."""

    def __init__(self, space):
        super().__init__(space, 2)

    def forward(self, x, u, data):
        _, _, heading, speed = x
        data.xdot[:] = (
            speed * np.cos(heading),
            speed * np.sin(heading),
            speed * np.tan(u[1]) / WHEELBASE,
            u[0],
        )

    def dForward(self, x, u, data):
        _, _, heading, speed = x
        data.Jx[:], data.Ju[:] = 0.0, 0.0
        data.Jx[0, 2:] = -speed * np.sin(heading), np.cos(heading)
        data.Jx[1, 2:] = speed * np.cos(heading), np.sin(heading)
        data.Jx[2, 3] = np.tan(u[1]) / WHEELBASE
        data.Ju[2, 1] = speed / np.cos(u[1]) ** 2 / WHEELBASE
        data.Ju[3, 0] = 1.0


class Car(Task):
    """theta = (x_0, target x, target y, target heading): from near the origin to a random place."""

    name, horizon, dt = "car", 60, 0.05

    def __init__(self):
        super().__init__()
        self.space = aligator.manifolds.VectorSpace(4)
        self.dynamics = aligator.dynamics.IntegratorRK2(Steering(self.space), self.dt)
        self.lower, self.upper = np.array([-3.0, -0.6]), np.array([3.0, 0.6])

    def sample(self, rng):
        start = [*rng.uniform(-0.2, 0.2, 2), rng.uniform(-0.3, 0.3), 0.0]
        return np.array([*start, *rng.uniform([1.0, -1.0, -0.8], [2.0, 1.0, 0.8])])

    def goal_state(self, theta):
        return np.append(theta[4:], 0.0)

    def problem(self, theta):
        goal = self.goal_state(theta)
        running, terminal = (aligator.CostStack(self.space, 2) for _ in range(2))
        running.addCost("state", aligator.QuadraticStateCost(self.space, 2, goal, 0.05 * np.eye(4)))
        running.addCost("effort", aligator.QuadraticControlCost(self.space, 2, 0.02 * np.eye(2)))
        terminal.addCost("goal", aligator.QuadraticStateCost(self.space, 2, goal, 100.0 * np.eye(4)))
        stage = aligator.StageModel(running, self.dynamics)
        limits = aligator.constraints.BoxConstraint(self.lower, self.upper)
        stage.addConstraint(aligator.ControlErrorResidual(4, np.zeros(2)), limits)
        return aligator.TrajOptProblem(self.initial_state(theta), [stage] * self.horizon, terminal)
