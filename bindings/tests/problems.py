"""Optimal control problems that the tests share."""

import numpy as np

import aligator
from aligator import constraints, dynamics, manifolds

NX, NU = 4, 2


def lqr(horizon=20, seed=0):
    """A linear-quadratic problem: (problem, matrices), with x' = A x + B u + c, costs Q, R, terminal Qf."""
    rng = np.random.default_rng(seed)
    A = np.eye(NX) + 0.1 * rng.standard_normal((NX, NX))
    B = rng.standard_normal((NX, NU))
    c = 0.1 * rng.standard_normal(NX)
    Q, R, Qf = np.eye(NX), 0.5 * np.eye(NU), 5 * np.eye(NX)
    x0 = rng.standard_normal(NX)
    stage = aligator.StageModel(aligator.QuadraticCost(Q, R), dynamics.LinearDiscreteDynamics(A, B, c))
    problem = aligator.TrajOptProblem(x0, [stage] * horizon, aligator.QuadraticCost(Qf, np.zeros((NU, NU))))
    return problem, (A, B, c, Q, R, Qf, x0)


def riccati(A, B, c, Q, R, Qf, x0, horizon):
    """Closed-form solution of the problem above: states, controls, feedback gains, cost."""
    P, p = Qf, np.zeros(len(x0))
    gains = []
    for _ in range(horizon):
        H = R + B.T @ P @ B
        K = -np.linalg.solve(H, B.T @ P @ A)
        k = -np.linalg.solve(H, B.T @ (P @ c + p))
        gains.append((K, k))
        closed = A + B @ K
        p = closed.T @ (P @ (B @ k + c) + p) + K.T @ R @ k
        P = Q + K.T @ R @ K + closed.T @ P @ closed
    gains.reverse()
    xs, us, cost = [x0], [], 0.0
    for K, k in gains:
        us.append(K @ xs[-1] + k)
        cost += 0.5 * (xs[-1] @ Q @ xs[-1] + us[-1] @ R @ us[-1])
        xs.append(A @ xs[-1] + B @ us[-1] + c)
    return xs, us, [K for K, _ in gains], cost + 0.5 * xs[-1] @ Qf @ xs[-1]


def reaching(model, horizon=30, cost=None, bound=None, make_dynamics=None):
    """A two-joint arm that goes to a configuration. `cost(space, nu, dt)` adds a stage cost; `bound` is on u;
    `make_dynamics(space, dt)` replaces the integrator."""
    space, nu, dt = manifolds.MultibodyPhaseSpace(model), model.nv, 0.02
    target = np.array([0.5, -0.3, 0.0, 0.0])
    stack = aligator.CostStack(space, nu)
    stack.addCost("state", aligator.QuadraticStateCost(space, nu, target, dt * np.eye(4)))
    stack.addCost("control", (cost or control_cost)(space, nu, dt))
    terminal = aligator.QuadraticStateCost(space, nu, target, 10 * np.eye(4))
    if make_dynamics is None:
        step = dynamics.IntegratorSemiImplEuler(dynamics.MultibodyFreeFwdDynamics(space), dt)
    else:
        step = make_dynamics(space, dt)
    stage = aligator.StageModel(stack, step)
    if bound is not None:
        stage.addConstraint(
            aligator.ControlErrorResidual(space.ndx, nu),
            constraints.BoxConstraint(-bound * np.ones(nu), bound * np.ones(nu)),
        )
    return aligator.TrajOptProblem(space.neutral(), [stage] * horizon, terminal)


def control_cost(space, nu, dt):
    return aligator.QuadraticControlCost(space, nu, 0.01 * dt * np.eye(nu))


def solve(problem, tol=1e-6, mu=1e-4, **options):
    """Solver after a run from scratch, which must have converged."""
    solver = aligator.SolverProxDDP(tol, mu, max_iters=300)
    for name, value in options.items():
        setattr(solver, name, value)
    solver.setup(problem)
    assert solver.run(problem), solver.results
    return solver
