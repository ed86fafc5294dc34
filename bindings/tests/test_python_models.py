"""Models defined in Python, against the built-in ones."""

import numpy as np
import problems
import pytest
from derivatives import check_cost, check_dynamics, check_function, check_ode

import aligator
from aligator import dynamics, manifolds


class ControlCost(aligator.CostAbstract):
    def __init__(self, space, nu, weight):
        super().__init__(space, nu)
        self.weight, self.calls = weight, 0

    def evaluate(self, x, u, data):
        self.calls += 1
        data.value = 0.5 * self.weight * float(u @ u)

    def computeGradients(self, x, u, data):
        data.Lu[:] = self.weight * u

    def computeHessians(self, x, u, data):
        data.Luu[:] = self.weight * np.eye(self.nu)


class LinearODE(dynamics.ODEAbstract):
    """xdot = A x + B u."""

    def __init__(self, A, B):
        super().__init__(manifolds.VectorSpace(len(A)), B.shape[1])
        self.A, self.B = A, B

    def forward(self, x, u, data):
        data.xdot[:] = self.A @ x + self.B @ u

    def dForward(self, x, u, data):
        data.Jx[:] = self.A
        data.Ju[:] = self.B


class LinearDAE(dynamics.ContinuousDynamicsAbstract):
    """A x + B u - xdot = 0."""

    def __init__(self, A, B):
        super().__init__(manifolds.VectorSpace(len(A)), B.shape[1])
        self.A, self.B = A, B

    def evaluate(self, x, u, xdot, data):
        data.value[:] = self.A @ x + self.B @ u - xdot

    def computeJacobians(self, x, u, xdot, data):
        data.Jx[:], data.Ju[:], data.Jxdot[:] = self.A, self.B, -np.eye(len(x))


class LinearStep(aligator.ExplicitDynamicsModel):
    """x' = A x + B u + c."""

    def __init__(self, A, B, c):
        super().__init__(manifolds.VectorSpace(len(A)), B.shape[1])
        self.A, self.B, self.c = A, B, c

    def forward(self, x, u, data):
        data.xnext[:] = self.A @ x + self.B @ u + self.c

    def dForward(self, x, u, data):
        data.Jx[:], data.Ju[:] = self.A, self.B


class Square(aligator.StageFunction):
    """(|u|^2, x_0 u_0) with its own data object."""

    class Data(aligator.StageFunctionData):
        def __init__(self, function):
            super().__init__(function.ndx1, function.nu, function.nr)
            self.evaluations = 0

    def __init__(self, ndx, nu):
        super().__init__(ndx, nu, 2)

    def evaluate(self, x, u, data):
        data.evaluations += 1
        data.value[:] = [u @ u, x[0] * u[0]]

    def computeJacobians(self, x, u, data):
        data.Jx[1, 0] = u[0]
        data.Ju[0] = 2 * u
        data.Ju[1, 0] = x[0]

    def computeVectorHessianProducts(self, x, u, lbda, data):
        data.Huu[:] = 2 * lbda[0] * np.eye(len(u))

    def createData(self):
        return Square.Data(self)


class Height(aligator.UnaryFunction):
    def __init__(self, ndx, nu):
        super().__init__(ndx, nu, 1)

    def evaluate(self, x, data):
        data.value[0] = np.sin(x[0])

    def computeJacobians(self, x, data):
        data.Jx[0, 0] = np.cos(x[0])


def test_cost_gives_the_built_in_solution(arm):
    kept = []

    def python_cost(space, nu, dt):
        kept.append(ControlCost(space, nu, 0.01 * dt))
        return kept[0]

    built_in = problems.solve(problems.reaching(arm)).results
    problem = problems.reaching(arm, cost=python_cost)
    python = problems.solve(problem).results
    np.testing.assert_allclose(python.us, built_in.us, atol=1e-9)
    assert python.num_iters == built_in.num_iters and kept[0].calls > 30
    # The problem refers to the object itself.
    assert problem.stages[0].cost.getComponent("control") is kept[0]


def test_derivatives(arm, rng):
    space = manifolds.VectorSpace(3)
    x, u = rng.standard_normal(3), rng.standard_normal(2)
    check_cost(ControlCost(space, 2, 3.0), space, x, u)
    check_function(Square(3, 2), space, x, u)
    check_function(Height(3, 2)[[0]], space, x, u)
    A, B, c = rng.standard_normal((3, 3)), rng.standard_normal((3, 2)), rng.standard_normal(3)
    check_ode(LinearODE(A, B), space, x, u)
    check_dynamics(dynamics.IntegratorRK2(LinearODE(A, B), 0.1), x, u)
    check_dynamics(LinearStep(A, B, c), x, u)
    check_function(aligator.linear_compose(Square(3, 2), rng.standard_normal((4, 2)), np.zeros(4)), space, x, u)


def test_continuous_dynamics(rng):
    A, B = rng.standard_normal((3, 3)), rng.standard_normal((3, 2))
    dae = LinearDAE(A, B)
    data = dae.createData()
    x, u, v = rng.standard_normal(3), rng.standard_normal(2), rng.standard_normal(3)
    dae.evaluate(x, u, v, data)
    np.testing.assert_allclose(data.value, A @ x + B @ u - v)


def test_dynamics_give_the_built_in_solution():
    problem, (A, B, c, Q, R, Qf, x0) = problems.lqr()
    stage = aligator.StageModel(aligator.QuadraticCost(Q, R), LinearStep(A, B, c))
    python = aligator.TrajOptProblem(x0, [stage] * 20, aligator.QuadraticCost(Qf, np.zeros((2, 2))))
    np.testing.assert_allclose(problems.solve(python).results.us, problems.solve(problem).results.us, atol=1e-9)


def test_ode_gives_the_built_in_solution():
    A, B = np.array([[0.0, 1.0], [-1.0, -0.1]]), np.array([[0.0], [1.0]])
    controls = []
    for ode in (LinearODE(A, B), dynamics.LinearODE(A, B, np.zeros(2))):
        stage = aligator.StageModel(aligator.QuadraticCost(np.eye(2), np.eye(1)), dynamics.IntegratorEuler(ode, 0.1))
        problem = aligator.TrajOptProblem(np.ones(2), [stage] * 20, aligator.QuadraticCost(np.eye(2), np.eye(1)))
        controls.append(problems.solve(problem).results.us)
    np.testing.assert_allclose(controls[0], controls[1], atol=1e-10)


def test_data_of_a_python_class(rng):
    function = Square(3, 2)
    cost = aligator.QuadraticResidualCost(manifolds.VectorSpace(3), function, np.eye(2))
    data = cost.createData()
    for _ in range(3):
        cost.evaluate(rng.standard_normal(3), rng.standard_normal(2), data)
    assert isinstance(data.residual_data, Square.Data) and data.residual_data.evaluations == 3


def test_exact_hessian(rng):
    """With gauss_newton off, the residual's vector-Hessian product is asked for, also through a slice."""
    for function in (Square(3, 2), Square(3, 2)[[0]]):
        cost = aligator.QuadraticResidualCost(manifolds.VectorSpace(3), function, np.eye(function.nr))
        cost.gauss_newton = False
        data = cost.createData()
        x, u = rng.standard_normal(3), rng.standard_normal(2)
        cost.evaluate(x, u, data)
        cost.computeGradients(x, u, data)
        cost.computeHessians(x, u, data)
        np.testing.assert_allclose(data.Luu, 2 * (u @ u) * np.eye(2))


def test_callback(arm):
    class Recorder(aligator.BaseCallback):
        def __init__(self):
            super().__init__()
            self.costs = []

        def call(self, workspace, results):
            assert isinstance(workspace, aligator.Workspace) and isinstance(results, aligator.Results)
            self.costs.append(results.traj_cost)

    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-8, 1e-4)
    recorder = Recorder()
    solver.registerCallback("recorder", recorder)
    solver.setup(problem)
    solver.run(problem)
    assert len(recorder.costs) > 1 and np.isclose(recorder.costs[-1], solver.results.traj_cost)


def test_exceptions_pass_through(arm):
    class Failing(ControlCost):
        def evaluate(self, x, u, data):
            raise ZeroDivisionError("on purpose")

    problem = problems.reaching(arm, cost=lambda space, nu, dt: Failing(space, nu, dt))
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    solver.setup(problem)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="on purpose"):
            solver.run(problem)


def test_missing_methods():
    class Empty(aligator.CostAbstract):
        pass

    cost = Empty(manifolds.VectorSpace(2), 1)
    data = cost.createData()
    with pytest.raises(NotImplementedError):
        cost.evaluate(np.zeros(2), np.zeros(1), data)
    stack = aligator.CostStack(cost)
    with pytest.raises(RuntimeError, match="evaluate"):
        stack.evaluate(np.zeros(2), np.zeros(1), stack.createData())


def test_super_calls():
    class Extended(ControlCost):
        def createData(self):
            data = super().createData()
            data.value = 42.0
            return data

    assert Extended(manifolds.VectorSpace(2), 1, 1.0).createData().value == 42.0
