import numpy as np
import problems
import pytest
import systems

import aligator
from aligator import constraints, dynamics, manifolds


def test_lqr_against_riccati():
    problem, matrices = problems.lqr()
    xs, us, gains, cost = problems.riccati(*matrices, horizon=20)
    results = problems.solve(problem, tol=1e-8).results
    np.testing.assert_allclose(results.xs, xs, atol=1e-6)
    np.testing.assert_allclose(results.us, us, atol=1e-6)
    np.testing.assert_allclose(results.traj_cost, cost)
    # The solver regularises its gains by the penalty on the dynamics.
    np.testing.assert_allclose(results.controlFeedbacks(), gains, atol=1e-4)
    assert len(results.controlFeedforwards()) == 20 and results.gains[0].shape[1] == 5
    assert results.conv and results.primal_infeas < 1e-8 and results.dual_infeas < 1e-8
    # Co-states: gradient of the cost to go.
    np.testing.assert_allclose(results.lams[-1], matrices[5] @ xs[-1], atol=1e-6)


@pytest.mark.parametrize(
    "strategy", [aligator.SA_FILTER, aligator.SA_LINESEARCH_ARMIJO, aligator.SA_LINESEARCH_NONMONOTONE]
)
@pytest.mark.parametrize("rollout", [aligator.ROLLOUT_LINEAR, aligator.ROLLOUT_NONLINEAR])
def test_strategies_agree(arm, strategy, rollout):
    reference = problems.solve(problems.reaching(arm)).results.traj_cost
    problem = problems.reaching(arm)
    solver = problems.solve(problem, sa_strategy=strategy, rollout_type=rollout)
    np.testing.assert_allclose(solver.results.traj_cost, reference, rtol=1e-6)


def test_linear_solver_choices(arm):
    costs = [
        problems.solve(problems.reaching(arm), linear_solver_choice=choice).results.traj_cost
        for choice in (aligator.LQ_SOLVER_SERIAL, aligator.LQ_SOLVER_STAGEDENSE)
    ]
    np.testing.assert_allclose(costs[0], costs[1], rtol=1e-6)


def test_fddp_agrees_with_proxddp(arm):
    problem = problems.reaching(arm)
    reference = problems.solve(problem).results
    solver = aligator.SolverFDDP(1e-8, max_iters=200)
    solver.setup(problem)
    x0 = problem.x0_init
    us = [np.zeros(2)] * problem.num_steps
    assert solver.run(problem, aligator.rollout(problem.stages[0].dynamics, x0, us), us)
    np.testing.assert_allclose(solver.results.us, reference.us, atol=1e-4)
    assert len(solver.workspace.dxs) == problem.num_steps + 1
    history = aligator.HistoryCallback(solver)
    solver.registerCallback("history", history)
    solver.run(problem)
    assert len(history.values) > 0 and len(history.prim_tols) == 0


def test_value_functions_of_fddp():
    """At the last iteration, on a linear-quadratic problem, they are those of the Riccati recursion."""
    problem, (A, B, _, Q, R, Qf, _) = problems.lqr()
    solver = aligator.SolverFDDP(1e-8)
    solver.setup(problem)
    assert solver.run(problem)
    values, last = solver.workspace.value_params, solver.workspace.q_params[-1]
    assert len(values) == problem.num_steps + 1 and last.ntot == problems.NX + problems.NU
    np.testing.assert_allclose(values[-1].Vxx, Qf, atol=1e-6)
    np.testing.assert_allclose(last.Qxx, Q + A.T @ Qf @ A, atol=1e-6)
    np.testing.assert_allclose(last.Quu, R + B.T @ Qf @ B, atol=1e-6)
    np.testing.assert_allclose(last.Qxu, A.T @ Qf @ B, atol=1e-6)
    np.testing.assert_allclose(last.grad, np.concatenate([last.Qx, last.Qu]))


def test_line_search_is_shown(arm):
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    assert solver.linesearch is None
    solver = problems.solve(problems.reaching(arm))
    assert isinstance(solver.linesearch, aligator.NonmonotoneLinesearch)
    assert solver.linesearch.options.max_num_steps == solver.ls_params.max_num_steps


def test_control_bounds(arm):
    free = problems.solve(problems.reaching(arm)).results
    bound = 0.8 * np.abs(free.us).max()
    results = problems.solve(problems.reaching(arm, bound=bound), tol=1e-6).results
    assert np.abs(results.us).max() <= bound + 1e-6
    assert np.abs(results.us).max() > bound - 1e-3 and results.traj_cost > free.traj_cost
    assert np.abs(np.concatenate(results.vs)).max() > 0


def test_terminal_equality(arm):
    problem = problems.reaching(arm)
    space = problem.stages[0].xspace
    goal = np.array([0.2, 0.1, 0.0, 0.0])
    problem.addTerminalConstraint(aligator.StateErrorResidual(space, 2, goal), constraints.EqualityConstraintSet())
    results = problems.solve(problem, tol=1e-6).results
    np.testing.assert_allclose(results.xs[-1], goal, atol=1e-5)
    assert problem.term_constraints.size == 1
    problem.removeTerminalConstraints()
    assert problem.term_constraints.size == 0


class Clearance(aligator.StageFunction):
    """Distance kept from a disc by a point (x, y, vx, vy): radius^2 - d^2, to be <= 0."""

    def __init__(self, center, radius):
        super().__init__(4, 2, 1)
        self.center, self.radius = np.asarray(center, dtype=float), radius

    def evaluate(self, x, u, data):
        data.value[0] = self.radius**2 - np.sum((x[:2] - self.center) ** 2)

    def computeJacobians(self, x, u, data):
        data.Jx[:] = 0
        data.Jx[0, :2] = -2 * (x[:2] - self.center)


def test_obstacle_avoidance():
    dt, horizon = 0.1, 40
    A = np.eye(4)
    A[:2, 2:] = dt * np.eye(2)
    B = np.vstack([0.5 * dt**2 * np.eye(2), dt * np.eye(2)])
    space = manifolds.VectorSpace(4)
    goal = np.array([2.0, 0.0, 0.0, 0.0])
    stage = aligator.StageModel(
        aligator.QuadraticControlCost(space, 2, dt * np.eye(2)), dynamics.LinearDiscreteDynamics(A, B, np.zeros(4))
    )
    obstacle = Clearance([1.0, 0.05], 0.4)
    stage.addConstraint(obstacle, constraints.NegativeOrthant())
    terminal = aligator.QuadraticStateCost(space, 2, goal, 100 * np.eye(4))
    problem = aligator.TrajOptProblem(np.zeros(4), [stage] * horizon, terminal)
    results = problems.solve(problem, tol=1e-4, mu=1e-3).results
    distances = [np.linalg.norm(x[:2] - obstacle.center) for x in results.xs]
    assert min(distances) > obstacle.radius - 1e-3
    assert min(distances) < obstacle.radius + 0.05  # it passes close by
    np.testing.assert_allclose(results.xs[-1], goal, atol=0.1)


def test_warm_start(arm):
    problem = problems.reaching(arm, bound=4.0)
    solver = problems.solve(problem, tol=1e-6)
    first = solver.results.copy()
    assert first.num_iters > 1
    assert solver.run(problem, first.xs, first.us, first.vs, first.lams)
    assert solver.results.num_iters < first.num_iters
    np.testing.assert_allclose(solver.results.traj_cost, first.traj_cost, rtol=1e-5)


def test_problem(arm):
    problem = problems.reaching(arm)
    results = problems.solve(problem).results
    data = aligator.TrajOptData(problem)
    cost = problem.evaluate(results.xs, results.us, data)
    problem.computeDerivatives(results.xs, results.us, data)
    np.testing.assert_allclose([cost, data.cost, aligator.computeTrajectoryCost(data)], results.traj_cost)
    assert problem.checkIntegrity() and problem.num_steps == len(problem.stages) == len(data.stage_data) == 30
    stage, sdata = problem.stages[3], data.stage_data[3]
    own = stage.createData()
    stage.evaluate(results.xs[3], results.us[3], own)
    stage.computeFirstOrderDerivatives(results.xs[3], results.us[3], own)
    stage.computeSecondOrderDerivatives(results.xs[3], results.us[3], own)
    np.testing.assert_array_equal(own.cost_data.hess, sdata.cost_data.hess)
    np.testing.assert_array_equal(own.dynamics_data.Jx, sdata.dynamics_data.Jx)
    np.testing.assert_allclose(sdata.dynamics_data.xnext, results.xs[4], atol=1e-6)
    # Stationarity in the controls: Lu + Ju' lam_{t+1} = 0.
    np.testing.assert_allclose(sdata.cost_data.Lu + sdata.dynamics_data.Ju.T @ results.lams[4], 0, atol=1e-6)
    assert data.term_cost.Lx.shape == (4,) and data.init_data.value.shape == (4,)
    problem.x0_init = np.ones(4)
    np.testing.assert_array_equal(problem.x0_init, 1)
    problem.term_cost = aligator.QuadraticStateCost(stage.xspace, 2, np.zeros(4), np.eye(4))
    np.testing.assert_array_equal(problem.term_cost.target, 0)


def test_problem_without_stages_at_first(arm):
    full = problems.reaching(arm)
    space = full.stages[0].xspace
    problem = aligator.TrajOptProblem(np.zeros(4), 2, space, full.term_cost)
    for stage in full.stages:
        problem.addStage(stage)
    a, b = problems.solve(full).results, problems.solve(problem).results
    np.testing.assert_array_equal(a.us, b.us)


def test_initial_condition_on_part_of_the_state():
    """Only the position is given: the solver chooses the velocity."""
    A = np.array([[1.0, 0.1], [0.0, 1.0]])
    stage = aligator.StageModel(
        aligator.QuadraticCost(np.eye(2), np.eye(1)),
        dynamics.LinearDiscreteDynamics(A, np.array([[0.0], [0.1]]), np.zeros(2)),
    )
    initial = aligator.StateErrorResidual(manifolds.VectorSpace(2), 1, np.array([1.0, 0.0]))[[0]]
    assert isinstance(initial, aligator.UnaryFunction)
    problem = aligator.TrajOptProblem(initial, [stage] * 20, aligator.QuadraticCost(np.eye(2), np.eye(1)))
    solver = aligator.SolverProxDDP(1e-8, 1e-4)
    solver.force_initial_condition = False
    solver.setup(problem)
    assert solver.run(problem)
    assert abs(solver.results.xs[0][0] - 1) < 1e-6 and solver.results.xs[0][1] < -0.1


def test_history(arm):
    problem = problems.reaching(arm, bound=4.0)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    history = aligator.HistoryCallback(solver)
    solver.registerCallback("history", history)
    assert solver.getCallback("history") is history and solver.getCallbackNames() == ["history"]
    solver.setup(problem)
    solver.run(problem)
    n = len(history.prim_infeas.tolist())
    assert n > 1
    for values in (
        history.values,
        history.merit_values,
        history.dual_infeas,
        history.al_index,
        history.prim_tols,
        history.dual_tols,
        history.xs,
        history.us,
        history.lams,
    ):
        assert len(values) == n
    assert len(history.xs[0]) == 31
    assert solver.removeCallback("history") and not solver.removeCallback("history")
    solver.run(problem)
    assert len(history.prim_infeas) == n
    with pytest.raises(KeyError):
        solver.getCallback("history")


def test_options(arm):
    solver = aligator.SolverProxDDP(1e-4, mu_init=1e-3, max_iters=7, verbose=aligator.VerboseLevel.QUIET)
    assert (solver.target_tol, solver.mu_init, solver.max_iters) == (1e-4, 1e-3, 7)
    assert solver.sa_strategy == aligator.StepAcceptanceStrategy.SA_LINESEARCH_NONMONOTONE
    solver.bcl_params.prim_alpha = 0.2
    assert solver.bcl_params.prim_alpha == 0.2
    solver.bcl_params = aligator.SolverProxDDP.AlmParams()
    assert solver.bcl_params.prim_alpha == 0.1
    solver.ls_params.interp_type = aligator.LSInterpolation.BISECTION
    solver.setDualTolerance(1e-2)
    assert solver.target_dual_tol == 1e-2
    solver.filter.beta = 1e-5
    for name in ("reg_min", "reg_max", "reg_init", "preg", "dual_weight", "max_al_iters", "refinement_threshold"):
        setattr(solver, name, getattr(solver, name))
    solver.max_iters = 2
    problem = problems.reaching(arm, bound=3.0)
    solver.setup(problem)
    assert not solver.run(problem) and solver.results.num_iters <= 2


def test_model_predictive_control(arm):
    """Cycle the problem by one stage and solve again."""
    problem = problems.reaching(arm, bound=5.0)
    solver = problems.solve(problem, tol=1e-6)
    for _ in range(3):
        xs, us = solver.results.xs.copy(), solver.results.us.copy()
        stage = problem.stages[-1].copy()
        removed = problem.replaceStageCircular(stage)
        assert removed.nu == 2 and problem.num_steps == 30
        solver.cycleProblem(problem, stage.createData())
        problem.x0_init = xs[1]
        assert solver.run(problem, xs[1:] + [xs[-1]], us[1:] + [us[-1]])
        np.testing.assert_allclose(solver.results.xs[0], xs[1], atol=1e-6)


def test_workspace(arm):
    solver = problems.solve(problems.reaching(arm, bound=5.0), tol=1e-6)
    ws = solver.workspace
    assert ws.nsteps == 30 and len(ws.dxs) == 31 and len(ws.dus) == 30
    assert [m.shape for m in ws.active_constraints[:2]] == [(2,), (2,)]
    assert ws.cstr_proj_jacs[0].shape == (2, 6)
    assert ws.problem_data.stage_data[0].cost_data.value >= 0
    for name in ("Lxs", "Lus", "Lvs", "dvs", "dlams", "trial_xs", "trial_us", "prev_xs", "shifted_constraints"):
        assert len(getattr(ws, name)) >= 30
    assert "Workspace" in repr(ws) and "Results" in repr(solver.results)
