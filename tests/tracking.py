"""Linear-quadratic tracking of a target: a task whose solutions are known."""

import aligator
import numpy as np

from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives

NX, NU = 3, 2
Q, R, QT = np.diag([1.0, 2.0, 3.0]), np.diag([0.5, 0.8]), 10 * np.eye(NX)
THETA = np.array([1.0, -2.0, 0.5, 0.7, -0.3, 0.2])
EXACT = SolverConfig(tolerance=1e-8, mu=1e-6)
WITH = EXACT.model_copy(update={"parameter_gains": True})


class Tracking(Task):
    """min sum |x - p|_Q^2 + |u|_R^2 with linear dynamics; theta = (x_0, p).

    Args:
        drift: f = A x + B u + D p in place of A x + B u.
        end: x_1 = p_1 at the end, a terminal constraint.
        path: u_1 = p_2 at every step, a path constraint.
        limit: u_1 <= p_2 + 0.5 at every step.
    """

    name = "tracking"
    horizon = 12
    dt = 0.1

    def __init__(self, drift=False, end=False, path=False, limit=False):
        super().__init__("torque")
        rng = np.random.default_rng(0)
        self.A, self.B, self.D = (rng.normal(size=(NX, width)) for width in (NX, NU, NX))
        self.A *= 1.05 / np.abs(np.linalg.eigvals(self.A)).max()
        if not drift:
            self.D[:] = 0
        self.end, self.path, self.limit = end, path, limit
        self.space = aligator.manifolds.VectorSpace(NX)
        self.dynamics = aligator.dynamics.LinearDiscreteDynamics(self.A, self.B, np.zeros(NX))
        self.lower, self.upper = np.full(NU, -np.inf), np.full(NU, np.inf)

    def sample(self, rng):
        return rng.normal(size=2 * NX)

    def problem(self, theta):
        target = theta[NX:]
        dynamics = aligator.dynamics.LinearDiscreteDynamics(self.A, self.B, self.D @ target)
        running = aligator.CostStack(self.space, NU)
        running.addCost("state", aligator.QuadraticStateCost(self.space, NU, target, Q))
        running.addCost("control", aligator.QuadraticControlCost(self.space, NU, R))
        terminal = aligator.QuadraticStateCost(self.space, NU, target, QT)
        stage = aligator.StageModel(running, dynamics)
        equal = aligator.constraints.EqualityConstraintSet()
        if self.path:
            held = aligator.LinearFunction(np.zeros((1, NX)), np.eye(NU)[:1], -target[1:2])
            stage.addConstraint(held, equal)
        if self.limit:
            over = aligator.LinearFunction(np.zeros((1, NX)), np.eye(NU)[:1], -target[1:2] - 0.5)
            stage.addConstraint(over, aligator.constraints.NegativeOrthant())
        problem = aligator.TrajOptProblem(theta[:NX], [stage] * self.horizon, terminal)
        if self.end:
            reached = aligator.LinearFunction(np.eye(NX)[:1], np.zeros((1, NU)), -target[:1])
            problem.addTerminalConstraint(reached, equal)
        return problem


class InClosedForm(Tracking):
    """Gives its derivatives in the target; `fault`: what is added to the last entry of which."""

    def __init__(self, fault=None, **options):
        super().__init__(**options)
        self.fault = fault

    def parameter_derivatives(self, theta, xs, us):
        l_xp = np.stack([*[-Q] * self.horizon, -QT])
        l_up, f_p = np.zeros((self.horizon, NU, NX)), np.stack([self.D] * self.horizon)
        held, end = np.array([[0, -1.0, 0]]), np.array([[-1.0, 0, 0]])
        h_p = [[held.copy() for _ in range(self.path + self.limit)] for _ in range(self.horizon)]
        given = ParameterDerivatives(l_xp, l_up, f_p, [*h_p, [end] * self.end])
        if self.fault == "h_p":
            given.h_p[-2][-1][-1, -1] += 0.1
        elif self.fault:
            getattr(given, self.fault)[-1, -1, -1] += 0.1
        return given
