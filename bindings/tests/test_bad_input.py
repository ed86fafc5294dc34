"""Bad input raises an exception that names the argument; the process lives on."""

import numpy as np
import pinocchio as pin
import problems
import pytest
import systems

import aligator
from aligator import constraints, dynamics, manifolds

NAN = np.full(4, np.nan)


@pytest.fixture
def space(arm):
    return manifolds.MultibodyPhaseSpace(arm)


@pytest.fixture
def solver(arm):
    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    solver.setup(problem)
    return solver, problem


def raises(exception, match):
    return pytest.raises(exception, match=match)


def test_shapes_are_named(space):
    with raises(ValueError, r"v: expected an array of shape \(4,\), got \(3,\)"):
        space.integrate(np.zeros(4), np.zeros(3))
    with raises(ValueError, r"x: expected an array of shape \(4,\), got \(4, 1\)"):
        space.integrate(np.zeros((4, 1)), np.zeros(4))
    with raises(TypeError, r"x1: expected an array of shape \(4,\), got None"):
        space.difference(np.zeros(4), None)
    with raises(TypeError, "x0: expected an array"):
        space.difference("abc", np.zeros(4))
    with raises(ValueError, r"out .*expected an array of shape \(4,\), got \(3,\)"):
        space.integrate(np.zeros(4), np.zeros(4), np.zeros(3))
    with raises(ValueError, "arg: expected 0 or 1"):
        space.Jintegrate(np.zeros(4), np.zeros(4), 2)
    with raises(ValueError, r"weights: expected an array of shape \(4, 4\), got \(3, 3\)"):
        aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(3))
    with raises(ValueError, r"target: expected an array of shape \(4,\), got \(5,\)"):
        aligator.StateErrorResidual(space, 2, np.zeros(5))
    with raises(ValueError, r"B: expected an array of shape \(2, \*\), got \(3, 1\)"):
        dynamics.LinearDiscreteDynamics(np.eye(2), np.ones((3, 1)), np.zeros(2))
    with raises(ValueError, "upper_limit"):
        constraints.BoxConstraint(np.zeros(2), np.zeros(3))
    with raises(ValueError, "lower_limit"):
        constraints.BoxConstraint(np.ones(2), np.zeros(2))
    with raises(ValueError, "actuation_matrix"):
        dynamics.MultibodyFreeFwdDynamics(space, np.eye(3))
    with raises(ValueError, "dim"):
        manifolds.VectorSpace(-1)


@pytest.mark.parametrize("bad", [None, 3, "text", object(), [], {}])
def test_wrong_types(space, bad):
    ode = dynamics.MultibodyFreeFwdDynamics(space)
    step = dynamics.IntegratorEuler(ode, 0.1)
    cost = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    for call in (
        lambda: manifolds.MultibodyPhaseSpace(bad),
        lambda: aligator.StageModel(bad, step),
        lambda: aligator.StageModel(cost, bad),
        lambda: dynamics.IntegratorEuler(bad, 0.1),
        lambda: aligator.TrajOptProblem(np.zeros(4), bad, cost),
        lambda: aligator.TrajOptProblem(np.zeros(4), [bad], cost),
        lambda: aligator.CostStack(bad, 2),
        lambda: aligator.CostStack(space, 2).addCost("name", bad),
        lambda: aligator.SolverProxDDP(1e-3).setup(bad),
        lambda: aligator.SolverProxDDP(1e-3).registerCallback("name", bad),
        lambda: aligator.rollout(step, np.zeros(4), [bad]),
        lambda: aligator.FrameTranslationResidual(4, 2, bad, np.zeros(3), 0),
        lambda: cost.evaluate(np.zeros(4), np.zeros(2), bad),
    ):
        with pytest.raises((TypeError, ValueError)):
            call()


def test_dimensions_must_agree(space, arm):
    step = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.1)
    cost = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    with raises(ValueError, "cost.nu .*expected 2, got 3"):
        aligator.StageModel(aligator.QuadraticStateCost(space, 3, np.zeros(4), np.eye(4)), step)
    with raises(ValueError, "cost.nx"):
        aligator.StageModel(aligator.QuadraticCost(np.eye(3), np.eye(2)), step)
    stage = aligator.StageModel(cost, step)
    with raises(ValueError, "func.nu"):
        stage.addConstraint(aligator.ControlErrorResidual(4, 3), constraints.NegativeOrthant())
    with raises(ValueError, "func.ndx1"):
        stage.addConstraint(aligator.ControlErrorResidual(5, 2), constraints.NegativeOrthant())
    with raises(ValueError, "cstr_set"):
        stage.addConstraint(aligator.ControlErrorResidual(4, 2), constraints.BoxConstraint(np.zeros(3), np.ones(3)))
    with raises(ValueError, "cost.nx"):
        aligator.CostStack(space, 2).addCost(aligator.QuadraticCost(np.eye(3), np.eye(2)))
    with raises(ValueError, "function"):
        aligator.QuadraticResidualCost(manifolds.VectorSpace(3), aligator.ControlErrorResidual(4, 2), np.eye(2))
    with raises(ValueError, "id: expected a frame index"):
        aligator.FrameTranslationResidual(4, 2, arm, np.zeros(3), 99)
    with raises(ValueError, "ndx"):
        aligator.FrameVelocityResidual(3, 2, arm, pin.Motion.Zero(), 1, pin.ReferenceFrame.LOCAL)
    big = systems.floating_body()
    function = aligator.FrameTranslationResidual(space.ndx + 10, 2, big, np.zeros(3), 1)
    with raises(ValueError, "ndx1"):
        aligator.QuadraticResidualCost(space, function, np.eye(3))
    # The state would be too short for the model's configuration.
    flat = manifolds.VectorSpace(7)
    with raises(ValueError, "states of at least 8"):
        aligator.QuadraticResidualCost(flat, aligator.FrameTranslationResidual(7, 2, big, np.zeros(3), 1), np.eye(3))


def test_problem_must_be_whole(space):
    step = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.1)
    cost = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    stage = aligator.StageModel(cost, step)
    with raises(ValueError, "stages"):
        aligator.TrajOptProblem(np.zeros(4), [], cost)
    with raises(ValueError, "x0"):
        aligator.TrajOptProblem(np.zeros(3), [stage], cost)
    with raises(ValueError, "x0"):
        aligator.TrajOptProblem(NAN, [stage], cost)
    empty = aligator.TrajOptProblem(np.zeros(4), 2, space, cost)
    solver = aligator.SolverProxDDP(1e-6)
    with raises(ValueError, "no stages"):
        solver.run(empty)
    with raises(IndexError, "no stage"):
        empty.replaceStageCircular(stage)
    mixed = aligator.TrajOptProblem(np.zeros(4), [stage], aligator.QuadraticCost(np.eye(3), np.eye(2)))
    with raises(ValueError, "stages\\[0\\]: nx2"):
        solver.setup(mixed)
    assert not mixed.checkIntegrity()


def test_guesses(solver):
    solver, problem = solver
    xs, us = [np.zeros(4)] * 31, [np.zeros(2)] * 30
    with raises(ValueError, "xs_init: expected 31 arrays"):
        solver.run(problem, xs[:-1], us)
    with raises(ValueError, "us_init: expected 30 arrays"):
        solver.run(problem, xs, us + us)
    with raises(ValueError, r"xs_init\[3\]: expected an array of shape \(4,\), got \(5,\)"):
        solver.run(problem, xs[:3] + [np.zeros(5)] + xs[4:], us)
    with raises(TypeError, r"us_init\[0\]"):
        solver.run(problem, xs, [None] * 30)
    with raises(ValueError, r"xs_init\[0\]: expected finite"):
        solver.run(problem, [NAN] + xs[1:], us)
    with raises(ValueError, "vs_init"):
        solver.run(problem, xs, us, [np.zeros(1)])
    with raises(ValueError, r"lams_init\[1\]"):
        solver.run(problem, xs, us, [], [np.zeros(4)] + [np.zeros(3)] * 30)
    with raises(TypeError, "xs_init"):
        solver.run(problem, 3)
    assert solver.run(problem, xs, us)


def test_order_of_calls(arm):
    problem = problems.reaching(arm)
    for solver in (aligator.SolverProxDDP(1e-6), aligator.SolverFDDP(1e-6)):
        with raises(RuntimeError, "setup"):
            solver.run(problem)
        assert len(solver.results.xs) == 0 and len(solver.results.controlFeedbacks()) == 0
    solver = aligator.SolverProxDDP(1e-6)
    solver.setup(problem)
    with raises(ValueError, "stages"):
        solver.run(problems.reaching(arm, horizon=7))
    with raises((ValueError, TypeError), "data"):
        solver.run(problems.reaching(arm, bound=1.0))  # constraints that the workspace does not have
    solver.workspace.cycleLeft()
    assert solver.run(problem)


def use(solver, problem):
    """Everything that needs a solver that is set up."""
    calls = [lambda: solver.run(problem)]
    if isinstance(solver, aligator.SolverProxDDP):
        data = problem.stages[0].createData()
        calls += [lambda: solver.cycleProblem(problem, data), solver.updateLQSubproblem, solver.computeCriterion]
    return calls


def test_a_setup_that_is_refused_leaves_a_solver_that_refuses(arm):
    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    for call in use(solver, problem):
        with raises(RuntimeError, r"^setup\(problem\) must be called first"):
            call()
    for first in (False, True):
        if first:
            solver.setup(problem)
        solver.linear_solver_choice = aligator.LQ_SOLVER_PARALLEL
        with raises(RuntimeError, "built without OpenMP.*LQ_SOLVER_SERIAL"):
            solver.setup(problem)
        for call in use(solver, problem):
            with raises(RuntimeError, "setup"):
                call()
        solver.linear_solver_choice = aligator.LQ_SOLVER_SERIAL
    solver.setup(problem)
    assert solver.run(problem)


class Unwilling(aligator.CostAbstract):
    """Makes data a number of times."""

    def __init__(self, space, nu):
        super().__init__(space, nu)
        self.times = 0

    def createData(self):
        self.times -= 1
        if self.times < 0:
            raise ZeroDivisionError("no data")
        return super().createData()

    def evaluate(self, x, u, data):
        data.value = 0.0

    def computeGradients(self, x, u, data):
        pass

    def computeHessians(self, x, u, data):
        data.Luu[:] = np.eye(2)


@pytest.mark.parametrize("make_solver", [aligator.SolverProxDDP, aligator.SolverFDDP])
@pytest.mark.parametrize("times", [0, 1, 17, 30])
def test_a_setup_that_raises_in_python(arm, make_solver, times):
    kept = []

    def cost(space, nu, dt):
        kept.append(Unwilling(space, nu))
        return kept[0]

    problem, solver = problems.reaching(arm, cost=cost), make_solver(1e-6, max_iters=3)
    for _ in range(2):
        kept[0].times = times if times < 30 else 0
        with raises(ZeroDivisionError, "no data"):
            solver.setup(problem)
        kept[0].times = 100
        for call in use(solver, problem):
            with raises(RuntimeError, "setup"):
                call()
        kept[0].times = 10**6
        solver.setup(problem)
        solver.run(problem)
    del solver, problem


def test_a_callback_that_raises(arm):
    class Failing(aligator.BaseCallback):
        def call(self, workspace, results):
            raise KeyError("on purpose")

    problem = problems.reaching(arm)
    for solver in (aligator.SolverProxDDP(1e-6, 1e-4), aligator.SolverFDDP(1e-6)):
        solver.setup(problem)
        solver.registerCallback("failing", Failing())
        with raises(KeyError, "on purpose"):
            solver.run(problem)
        assert solver.removeCallback("failing")
        assert solver.run(problem)


def test_a_callback_cannot_cycle_what_is_in_use(arm):
    problem = problems.reaching(arm)
    data = problem.stages[0].createData()

    class Cycling(aligator.BaseCallback):
        def call(self, workspace, results):
            for change in (
                workspace.cycleLeft,
                lambda: workspace.cycleAppend(data),
                lambda: results.cycleAppend(problem, np.zeros(4)),
            ):
                with raises(RuntimeError, "the solver is at work"):
                    change()
            self.called = True

    solver, callback = aligator.SolverProxDDP(1e-6, 1e-4), Cycling()
    solver.setup(problem)
    solver.registerCallback("cycling", callback)
    assert solver.run(problem) and callback.called


def test_problem_changed_after_setup(arm):
    """The solver's memory is of the problem that it was set up for."""
    problem = problems.reaching(arm, horizon=5)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    solver.setup(problem)
    problem.stages.append(problem.stages[0])
    with raises(ValueError, "set up for 5 stages, got 6"):
        solver.run(problem)
    del problem.stages[0]
    problem.stages[2].addConstraint(aligator.ControlErrorResidual(4, 2), constraints.NegativeOrthant())
    for call in (lambda: solver.run(problem), lambda: aligator.Results(problem).cycleAppend(problem, np.zeros(3))):
        with raises(ValueError, "data: number of constraints|x0"):
            call()
    solver.setup(problem)

    # Multipliers changed by results.cycleAppend of a problem with other constraints.
    free, bounded = problems.reaching(arm, horizon=4), problems.reaching(arm, horizon=4, bound=1.0)
    solver.setup(free)
    solver.results.cycleAppend(bounded, np.zeros(4))
    with raises(ValueError, "path multipliers"):
        solver.run(free)
    solver.setup(free)
    solver.workspace.problem_data.stage_data[1] = aligator.StageModel(
        aligator.QuadraticCost(np.eye(6), np.eye(2)),
        dynamics.LinearDiscreteDynamics(np.eye(6), np.ones((6, 2)), np.zeros(6)),
    ).createData()
    with raises(ValueError, r"stage_data\[1\]"):
        solver.updateLQSubproblem()
    with raises((ValueError, TypeError), "data"):
        solver.run(free)


def test_options_changed_after_setup(arm):
    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-6, 1e-4, sa_strategy=aligator.SA_FILTER)
    solver.setup(problem)
    solver.sa_strategy = aligator.SA_LINESEARCH_NONMONOTONE
    with raises(RuntimeError, "sa_strategy"):
        solver.run(problem)
    solver.setup(problem)
    assert solver.run(problem)


def test_none_is_not_a_data_object(arm):
    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    solver.setup(problem)
    for call in (
        lambda: solver.workspace.cycleAppend(None),
        lambda: solver.cycleProblem(problem, None),
        lambda: solver.registerCallback("none", None),
        lambda: aligator.CompositeCostData(4, 2, None),
    ):
        with raises(TypeError, "got None"):
            call()
    assert solver.run(problem)


def test_data_of_another_model(space, arm):
    tip = aligator.FrameTranslationResidual(4, 2, arm, np.zeros(3), 1)
    other = aligator.CenterOfMassTranslationResidual(4, 2, arm, np.zeros(3))
    with raises(TypeError, "data"):
        tip.evaluate(np.zeros(4), other.createData())
    with raises(TypeError, "data"):
        tip.evaluate(np.zeros(4), aligator.StageFunctionData(4, 2, 3))
    with raises(ValueError, "data.nr"):
        tip.evaluate(np.zeros(4), aligator.StageFunctionData(4, 2, 2))
    # A cost of the same class with another residual inside.
    first = aligator.QuadraticResidualCost(space, tip, np.eye(3))
    second = aligator.QuadraticResidualCost(space, other, np.eye(3))
    with raises(TypeError, "data"):
        first.evaluate(np.zeros(4), np.zeros(2), second.createData())
    stack = aligator.CostStack(space, 2)
    data = stack.createData()
    stack.addCost(first)
    with raises(ValueError, "data"):
        stack.evaluate(np.zeros(4), np.zeros(2), data)
    euler = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.1)
    linear = dynamics.LinearDiscreteDynamics(np.eye(4), np.ones((4, 2)), np.zeros(4))
    with raises(TypeError, "data"):
        euler.forward(np.zeros(4), np.zeros(2), linear.createData())
    problem = problems.reaching(arm)
    with raises((ValueError, TypeError), "data"):
        problem.evaluate(
            [np.zeros(4)] * 31, [np.zeros(2)] * 30, aligator.TrajOptData(problems.reaching(arm, bound=1.0))
        )


def test_numbers_out_of_range(space):
    ode = dynamics.MultibodyFreeFwdDynamics(space)
    for timestep in (0.0, -1.0, np.nan):
        with raises(ValueError, "timestep"):
            dynamics.IntegratorEuler(ode, timestep)
    bad = (-1.0, np.nan, np.inf)
    for value in (0.0, *bad):
        with raises(ValueError, "tol: expected a finite number > 0"):
            aligator.SolverProxDDP(value)
        with raises(ValueError, "tol"):
            aligator.SolverFDDP(value)
    proxddp, fddp = aligator.SolverProxDDP(1e-3), aligator.SolverFDDP(1e-3)
    for owner, names in (
        (proxddp, "target_tol mu_init reg_init reg_min reg_max preg dual_weight refinement_threshold"),
        (fddp, "target_tol reg_init reg_min reg_max preg"),
        (proxddp.ls_params, "armijo_c1 wolfe_c2 dphi_thresh alpha_min contraction_min contraction_max"),
        (proxddp.bcl_params, "prim_alpha prim_beta dual_alpha dual_beta mu_update_factor mu_lower_bound"),
        (proxddp.filter, "beta alpha_min"),
    ):
        for name in names.split():
            before = getattr(owner, name)
            for value in bad:
                with raises(ValueError, f"{name}: expected a finite number >"):
                    setattr(owner, name, value)
            assert getattr(owner, name) == before
            setattr(owner, name, 0.5)
            assert getattr(owner, name) == 0.5
    for value in bad:
        with raises(ValueError, "tol"):
            proxddp.setDualTolerance(value)
        with raises(ValueError, "alpha_min"):
            aligator.Filter(0.0, value, 3)
        with raises(ValueError, "alpha_min"):
            proxddp.filter.resetFilter(0.0, value, 3)
        with raises(ValueError, "reg_init"):
            aligator.SolverFDDP(1e-3, reg_init=value)
    residual = aligator.ControlErrorResidual(4, 2)
    for value in (0.0, -1.0, np.nan, np.array([1.0, np.nan])):
        with raises(ValueError, "barrier_weights"):
            aligator.LogResidualCost(space, residual, value)
        with raises(ValueError, "weights"):
            aligator.RelaxedLogBarrierCost(space, residual, value, 0.1)
    for value in (0.0, np.nan):
        with raises(ValueError, "threshold"):
            aligator.RelaxedLogBarrierCost(space, residual, 1.0, value)
    with raises(ValueError, "mu_init"):
        aligator.SolverProxDDP(1e-3, -1.0)
    with raises(ValueError, "num_threads"):
        aligator.SolverProxDDP(1e-3).setNumThreads(0)


def test_bounds(arm):
    one, nan = np.ones(2), np.array([0.0, np.nan])
    for lower, upper, name in ((nan, one, "lower_limit"), (-one, nan, "upper_limit"), (one, -one, "lower_limit")):
        with raises(ValueError, name):
            constraints.BoxConstraint(lower, upper)
    constraints.BoxConstraint(-np.inf * one, np.inf * one)
    problem = problems.reaching(arm, bound=1.0)
    solver = problems.solve(problem, tol=1e-4)
    # Written into the array later on, so that nobody could look at it before.
    problem.stages[2].constraints.sets[0].upper_limit[:] = np.nan
    for call in (lambda: solver.setup(problem), lambda: solver.run(problem)):
        with raises(ValueError, r"problem.stages\[2\].constraints\[0\]: upper_limit: expected numbers, got NaN"):
            call()
    assert not problem.checkIntegrity()


def test_nan_during_a_solve(arm):
    class Nan(aligator.CostAbstract):
        def evaluate(self, x, u, data):
            data.value = float("nan")

        def computeGradients(self, x, u, data):
            data.Lx[:] = np.nan

        def computeHessians(self, x, u, data):
            data.Luu[:] = np.nan

    for rollout in (aligator.ROLLOUT_LINEAR, aligator.ROLLOUT_NONLINEAR):
        for strategy in (aligator.SA_FILTER, aligator.SA_LINESEARCH_ARMIJO, aligator.SA_LINESEARCH_NONMONOTONE):
            problem = problems.reaching(arm, cost=lambda space, nu, dt: Nan(space, nu))
            solver = aligator.SolverProxDDP(1e-6, 1e-4, max_iters=20)
            solver.rollout_type, solver.sa_strategy = rollout, strategy
            solver.setup(problem)
            try:
                converged = solver.run(problem)
            except RuntimeError:
                converged = False
            assert not converged


@pytest.mark.parametrize("linear_solver", [aligator.LQ_SOLVER_SERIAL, aligator.LQ_SOLVER_STAGEDENSE])
@pytest.mark.parametrize("joints", [1, 2, 3])
@pytest.mark.parametrize("entry", [np.nan, np.inf, 1e200])
def test_numbers_that_cannot_be_factorised(linear_solver, joints, entry):
    """The library would write past its arrays where the last pivot is NaN."""

    class Diverging(aligator.CostAbstract):
        def evaluate(self, x, u, data):
            data.value = float(u @ u) + 1.0

        def computeGradients(self, x, u, data):
            data.Lu[:] = 1.0

        def computeHessians(self, x, u, data):
            data.Luu[-1, -1] = entry

    space = manifolds.MultibodyPhaseSpace(systems.arm(joints))
    step = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.1)
    cost = Diverging(space, joints)
    terminal = aligator.QuadraticStateCost(space, joints, space.neutral(), np.eye(space.ndx))
    problem = aligator.TrajOptProblem(np.ones(space.nx), [aligator.StageModel(cost, step)] * 5, terminal)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    solver.linear_solver_choice = linear_solver
    solver.setup(problem)
    for _ in range(3):
        with raises(RuntimeError, "Encountered NaN or numbers too large .* at stage 4"):
            solver.run(problem)
    del solver


@pytest.mark.parametrize("make_solver", [aligator.SolverProxDDP, aligator.SolverFDDP])
def test_structure_stays_during_a_solve(arm, make_solver):
    problem = problems.reaching(arm)
    stage = problem.stages[3]
    function, whole = aligator.ControlErrorResidual(4, 2), constraints.BoxConstraint(-np.ones(2), np.ones(2))
    at_end = aligator.StateErrorResidual(stage.xspace, 2, np.zeros(4))
    changes = (
        lambda: problem.addStage(stage),
        lambda: problem.replaceStageCircular(stage),
        lambda: problem.addTerminalConstraint(at_end, constraints.EqualityConstraintSet()),
        lambda: problem.removeTerminalConstraints(),
        lambda: problem.term_constraints.pushBack(at_end, constraints.EqualityConstraintSet()),
        lambda: setattr(problem, "term_cost", problem.term_cost),
        lambda: stage.addConstraint(function, whole),
        lambda: stage.constraints.pushBack(function, whole),
        lambda: stage.cost.addCost("more", problem.term_cost),
    )

    class Meddler(aligator.BaseCallback):
        called = False

        def call(self, workspace, results):
            self.called = True
            for change in changes:
                with raises(RuntimeError, "being solved"):
                    change()
            # Other problems can be made and changed meanwhile.
            problems.reaching(arm).stages[0].addConstraint(function, whole)

    meddler, solver = Meddler(), make_solver(1e-6)
    solver.setup(problem)
    solver.registerCallback("meddler", meddler)
    assert solver.run(problem) and meddler.called
    for change in changes:
        change()


def test_a_space_in_use_does_not_grow(space):
    product = manifolds.CartesianProduct(manifolds.R2(), manifolds.R2())
    cost = aligator.QuadraticStateCost(product, 2, np.zeros(4), np.eye(4))
    cost.space.addComponent(manifolds.R2())
    assert cost.space.nx == 4


def test_constraint_points():
    box = constraints.BoxConstraint(-np.ones(2), np.ones(2))
    with raises(ValueError, "z"):
        box.projection(np.zeros(3))
    with raises(ValueError, "Jout"):
        box.applyProjectionJacobian(np.zeros(2), np.eye(3))
    with raises(ValueError, "blockSizes"):
        constraints.ConstraintSetProduct([box], [3])
    with pytest.raises(RuntimeError):
        constraints.ConstraintSetProduct([box], [2, 2])
