"""Crocoddyl's problems, where Crocoddyl is installed."""

import gc
import sys
import threading

import numpy as np
import pytest

import aligator

crocoddyl = pytest.importorskip("crocoddyl", reason="needs crocoddyl")
croc = pytest.importorskip("aligator.croc")


def linear(nx=4, nu=2, seed=0):
    rng = np.random.default_rng(seed)
    A, B = np.eye(nx) + 0.1 * rng.normal(size=(nx, nx)), rng.normal(size=(nx, nu))
    Q, R, N = np.eye(nx), 0.1 * np.eye(nu), np.zeros((nx, nu))
    return crocoddyl.ActionModelLQR(A, B, Q, R, N, np.zeros(nx), np.zeros(nx), np.zeros(nu))


def shooting(model=None, steps=10):
    model = model or linear()
    return crocoddyl.ShootingProblem(np.ones(model.state.nx), [model] * steps, model)


def solve(problem, **guess):
    solver = aligator.SolverProxDDP(1e-7, 1e-6)
    solver.setup(problem)
    assert solver.run(problem, **guess)
    return solver.results


def test_solves_to_what_crocoddyl_finds():
    shoot = shooting()
    problem = aligator.croc.convertCrocoddylProblem(shoot)
    reference = crocoddyl.SolverFDDP(shoot)
    assert reference.solve()
    results = solve(problem)
    np.testing.assert_allclose(results.traj_cost, reference.cost, rtol=1e-7)
    np.testing.assert_allclose(np.array(results.xs), np.array(reference.xs), atol=1e-5)


class Unicycle(crocoddyl.ActionModelAbstract):
    def __init__(self):
        super().__init__(crocoddyl.StateVector(3), 2, 5)
        self.threads = set()

    def calc(self, data, x, u=None):
        self.threads.add(threading.get_ident())
        u = np.zeros(2) if u is None else u
        v, w = u
        data.xnext = np.array([x[0] + 0.1 * v * np.cos(x[2]), x[1] + 0.1 * v * np.sin(x[2]), x[2] + 0.1 * w])
        data.cost = 0.5 * (x @ x + u @ u)

    def calcDiff(self, data, x, u=None):
        v = 0.0 if u is None else u[0]
        u = np.zeros(2) if u is None else u
        data.Lx, data.Lu, data.Lxx, data.Luu = x, u, np.eye(3), np.eye(2)
        data.Fx = np.eye(3) + np.outer([-0.1 * v * np.sin(x[2]), 0.1 * v * np.cos(x[2]), 0], [0, 0, 1])
        data.Fu = np.array([[0.1 * np.cos(x[2]), 0], [0.1 * np.sin(x[2]), 0], [0, 0.1]])


def test_action_models_in_python():
    model = Unicycle()
    shoot = crocoddyl.ShootingProblem(np.array([1.0, 0.5, 0.2]), [model] * 20, model)
    problem = croc.convertCrocoddylProblem(shoot)
    assert problem.stages[3].action_model is model
    del shoot
    gc.collect()
    guess = {"xs_init": [np.array([1.0, 0.5, 0.2])] * 21, "us_init": [np.zeros(2)] * 20}
    solver = aligator.SolverProxDDP(1e-6, 1e-6)
    solver.setup(problem)
    solver.run(problem, **guess)
    reference = crocoddyl.SolverFDDP(crocoddyl.ShootingProblem(np.array([1.0, 0.5, 0.2]), [model] * 20, model))
    reference.solve()
    np.testing.assert_allclose(solver.results.traj_cost, reference.cost, rtol=1e-4)
    assert model.threads == {threading.get_ident()}


def test_an_exception_of_a_model_in_python():
    class Broken(Unicycle):
        def calc(self, data, x, u=None):
            raise ArithmeticError("broken on purpose")

    model = Broken()
    problem = croc.convertCrocoddylProblem(crocoddyl.ShootingProblem(np.zeros(3), [model] * 2, model))
    solver = aligator.SolverProxDDP(1e-6, 1e-6)
    solver.setup(problem)
    with pytest.raises(ArithmeticError, match="broken on purpose"):
        solver.run(problem)


def test_stages_and_their_data():
    model = linear()
    stage = croc.ActionModelWrapper(action_model=model)
    assert isinstance(stage, aligator.StageModel)
    assert stage.action_model is model
    assert (stage.nu, stage.ndx1) == (model.nu, model.state.ndx)
    data = stage.createData()
    assert isinstance(data, croc.ActionDataWrapper)
    x, u = np.ones(4), np.ones(2)
    stage.evaluate(x, u, data)
    stage.computeFirstOrderDerivatives(x, u, data)
    own = model.createData()
    model.calc(own, x, u)
    model.calcDiff(own, x, u)
    np.testing.assert_array_equal(data.croc_action_data.xnext, own.xnext)
    np.testing.assert_array_equal(data.dynamics_data.Jx, own.Fx)
    np.testing.assert_array_equal(data.cost_data.Lx, own.Lx)
    assert data.cost_data.value == own.cost
    with pytest.raises(TypeError, match="data"):
        stage.evaluate(x, u, aligator.StageData(other_stage()))
    assert isinstance(croc.ActionDataWrapper(croc_action_model=stage), croc.ActionDataWrapper)
    assert croc.DynamicsDataWrapper(action_model=model).Ju.shape == (4, 2)


def other_stage():
    from aligator import dynamics

    step = dynamics.LinearDiscreteDynamics(np.eye(4), np.ones((4, 2)), np.zeros(4))
    return aligator.StageModel(aligator.QuadraticCost(np.eye(4), np.eye(2)), step)


def test_parts_go_into_other_problems():
    problem = croc.convertCrocoddylProblem(shooting())
    again = aligator.TrajOptProblem(np.ones(4), [problem.stages[0]] * 10, problem.term_cost)
    np.testing.assert_allclose(solve(again).traj_cost, solve(problem).traj_cost, rtol=1e-9)
    again.addStage(croc.ActionModelWrapper(linear()))
    assert again.num_steps == 11


def test_state_spaces():
    state = crocoddyl.StateVector(3)
    space = croc.StateWrapper(state=state)
    assert (space.nx, space.ndx) == (3, 3)
    assert space.croc_state is not None
    np.testing.assert_array_equal(space.integrate(np.ones(3), np.ones(3)), 2 * np.ones(3))
    assert aligator.ConstantCost(space, 1, 2.0).nx == 3


def test_wrong_arguments():
    for wrong in (None, 1, linear()):
        with pytest.raises(TypeError):
            croc.convertCrocoddylProblem(wrong)


def test_the_module_is_found_as_officially():
    assert aligator.croc is sys.modules["aligator.croc"]
