"""Small tasks of Crocoddyl, for tests."""

import crocoddyl
import numpy as np

from sobolev_diffusion.tasks.crocoddyl_task import CrocoddylTask

NX, NU, HORIZON = 3, 2, 20
START = np.array([1.0, -2.0, 0.5])
Q, R, QT = np.diag([1.0, 2.0, 3.0]), np.diag([0.5, 0.8]), 10 * np.eye(NX)


def matrices():
    """A, B of a random unstable system."""
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(NX, NX)), rng.normal(size=(NX, NU))
    return 1.05 * A / np.abs(np.linalg.eigvals(A)).max(), B


class Stage(crocoddyl.ActionModelAbstract):
    """x' = A x + B u, cost (x - p)^T Q (x - p) / 2 + u^T R u / 2; at the end QT instead of Q, no control."""

    def __init__(self, target, bound=None, R=R):
        super().__init__(crocoddyl.StateVector(NX), NU, 0)
        self.A, self.B = matrices()
        self.target, self.R = target, R
        if bound is not None:
            self.u_lb, self.u_ub = np.full(NU, -bound), np.full(NU, bound)

    def calc(self, data, x, u=None):
        dx = x - self.target
        if u is None:
            data.cost = 0.5 * dx @ QT @ dx
            return
        data.xnext = self.A @ x + self.B @ u
        data.cost = 0.5 * dx @ Q @ dx + 0.5 * u @ self.R @ u

    def calcDiff(self, data, x, u=None):
        dx = x - self.target
        if u is None:
            data.Lx, data.Lxx = QT @ dx, QT
            return
        data.Fx, data.Fu = self.A, self.B
        data.Lx, data.Lxx, data.Lu, data.Luu = Q @ dx, Q, self.R @ u, self.R


class Tracking(CrocoddylTask):
    """theta = (x_0, target p)."""

    name, horizon, dt = "tracking", HORIZON, 0.1
    stage = Stage

    def __init__(self, bound=None):
        super().__init__(Stage(np.zeros(NX), bound))
        self.bound = bound

    def sample(self, rng):
        return np.concatenate([START + 0.1 * rng.normal(size=NX), rng.normal(size=NX)])

    def problem(self, theta):
        model = self.stage(theta[NX:], self.bound)
        return crocoddyl.ShootingProblem(theta[:NX], [model] * HORIZON, model)


class Unicycle(CrocoddylTask):
    """Crocoddyl's own, to the origin within limits of speed; theta = x_0."""

    name, horizon, dt = "unicycle", 20, 0.1

    def __init__(self, bound=None):
        self.model = crocoddyl.ActionModelUnicycle()
        if bound is not None:
            self.model.u_lb, self.model.u_ub = np.full(2, -bound), np.full(2, bound)
        super().__init__(self.model)

    def sample(self, rng):
        return rng.uniform(-1, 1, 3)

    def problem(self, theta):
        return crocoddyl.ShootingProblem(theta, [self.model] * 20, self.model)
