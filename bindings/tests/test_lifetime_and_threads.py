import gc
import threading
import time
import weakref

import numpy as np
import problems
import pytest
from test_python_models import ControlCost, LinearStep

import aligator
from aligator import constraints, dynamics, manifolds


def test_models_outlive_their_parts():
    def build():
        stage = aligator.StageModel(
            aligator.CostStack(ControlCost(manifolds.VectorSpace(2), 1, 1.0)),
            LinearStep(np.eye(2), np.ones((2, 1)), np.zeros(2)),
        )
        stage.addConstraint(aligator.ControlErrorResidual(2, 1), constraints.BoxConstraint(-np.ones(1), np.ones(1)))
        return aligator.TrajOptProblem(np.ones(2), [stage] * 5, aligator.QuadraticCost(np.eye(2), np.eye(1)))

    problem = build()
    gc.collect()
    assert problems.solve(problem, tol=1e-5).results.conv


def test_parts_outlive_what_they_are_part_of(arm):
    problem = problems.reaching(arm, bound=5.0)
    stage = problem.stages[0]
    cost, integrator = stage.cost.getComponent("state"), stage.dynamics
    ode, model = integrator.differential_dynamics, integrator.differential_dynamics.space.model
    function, box = stage.constraints.funcs[0], stage.constraints.sets[0]
    del problem, stage
    gc.collect()
    assert cost.target.shape == (4,) and integrator.timestep == 0.02 and ode.nu == 2
    assert model.nq == 2 and function.nr == 2 and box.upper_limit.shape == (2,)


def test_data_and_views_outlive_the_problem(arm):
    problem = problems.reaching(arm, bound=5.0)
    solver = problems.solve(problem, tol=1e-6)
    xs, data = solver.results.xs, solver.workspace.problem_data
    cost_data = data.stage_data[2].cost_data
    views = [cost_data.Lxx, data.stage_data[2].dynamics_data.Jx, data.stage_data[2].constraint_data[0].Ju]
    copies = [v.copy() for v in views]
    workspace, results = solver.workspace, solver.results
    del data, cost_data
    solver.setup(problem)  # allocates anew
    del solver, problem
    gc.collect()
    np.testing.assert_array_equal(views[0], copies[0])
    for view, copy in zip(views, copies):
        np.testing.assert_array_equal(view, copy)
    assert len(xs) == 31 and workspace.nsteps == 30 and len(results.xs) == 31


def test_removed_stage_stays_usable(arm):
    problem = problems.reaching(arm)
    first = problem.stages[0]
    cost = first.cost
    removed = problem.replaceStageCircular(first)
    del problem
    gc.collect()
    assert removed.nu == 2 and first.nu == 2 and cost.size == 2


def test_replaced_terminal_cost_stays_usable(arm):
    problem = problems.reaching(arm)
    old = problem.term_cost
    problem.term_cost = aligator.QuadraticStateCost(old.space, 2, np.zeros(4), np.eye(4))
    gc.collect()
    assert old.nu == 2 and problem.term_cost.nu == 2


def test_removed_terminal_constraint_stays_usable(arm):
    problem = problems.reaching(arm)
    box = constraints.BoxConstraint(-np.ones(4), np.ones(4))
    problem.addTerminalConstraint(aligator.StateErrorResidual(problem.stages[0].xspace, 2, np.zeros(4)), box)
    function, box = problem.term_constraints.funcs[0], problem.term_constraints.sets[0]
    problem.removeTerminalConstraints()
    gc.collect()
    assert function.target.shape == (4,) and box.upper_limit.shape == (4,)


def test_objects_of_python_classes_are_freed():
    space = manifolds.VectorSpace(2)
    cost = ControlCost(space, 1, 1.0)
    alive = weakref.ref(cost)
    stack = aligator.CostStack(cost)
    data = stack.createData()
    stack.evaluate(np.zeros(2), np.zeros(1), data)
    del cost
    gc.collect()
    assert alive() is not None  # the stack needs it
    del stack, data
    gc.collect()
    assert alive() is None


def test_callbacks_may_keep_what_they_get(arm):
    class Keeper(aligator.BaseCallback):
        def call(self, workspace, results):
            self.kept = workspace, results

    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    keeper = Keeper()
    solver.registerCallback("keeper", keeper)
    solver.setup(problem)
    solver.run(problem)
    del solver
    gc.collect()
    assert keeper.kept[0].nsteps == 30 and keeper.kept[1].num_iters > 0


def test_python_data_may_be_kept(arm):
    class Keeping(ControlCost):
        def evaluate(self, x, u, data):
            super().evaluate(x, u, data)
            self.kept = x, u, data

    kept = []

    def cost(space, nu, dt):
        kept.append(Keeping(space, nu, dt))
        return kept[0]

    problems.solve(problems.reaching(arm, cost=cost), tol=1e-5)
    gc.collect()
    x, u, data = kept[0].kept
    assert x.shape == (4,) and u.shape == (2,) and np.isfinite(data.value)


def run_in_threads(functions):
    errors = []

    def guarded(function):
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(f,)) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "deadlock"
    return errors


def test_threads_solve_at_once(arm):
    reference = problems.solve(problems.reaching(arm, bound=5.0)).results

    def job():
        for _ in range(3):
            results = problems.solve(problems.reaching(arm, bound=5.0)).results
            np.testing.assert_array_equal(results.us, reference.us)

    assert run_in_threads([job] * 4) == []


def test_threads_with_python_models(arm):
    """Each thread with its own problem, all with the same Python cost."""
    shared = ControlCost(manifolds.MultibodyPhaseSpace(arm), 2, 0.01 * 0.02)
    reference = problems.solve(problems.reaching(arm)).results

    def job():
        for _ in range(2):
            results = problems.solve(problems.reaching(arm, cost=lambda *_: shared)).results
            np.testing.assert_allclose(results.us, reference.us, atol=1e-9)

    assert run_in_threads([job] * 4) == []


def test_one_problem_in_several_threads(arm):
    problem = problems.reaching(arm, bound=5.0)
    reference = problems.solve(problem).results

    def job():
        results = problems.solve(problem).results
        np.testing.assert_array_equal(results.us, reference.us)

    assert run_in_threads([job] * 4) == []


def test_run_lets_other_threads_go_on(arm):
    problem = problems.reaching(arm, horizon=150, bound=2.0)
    solver = aligator.SolverProxDDP(1e-12, 1e-8, max_iters=15)
    solver.setup(problem)
    finished = threading.Event()

    def job():
        solver.run(problem)
        finished.set()

    thread = threading.Thread(target=job)
    ticks = 0
    thread.start()
    while not finished.is_set():
        ticks += 1
        time.sleep(1e-5)
    thread.join()
    assert ticks > 5


def test_a_solver_is_used_by_one_thread_at_a_time(arm):
    """A callback that calls its own solver gets an error, not a crash."""

    class Nested(aligator.BaseCallback):
        def call(self, workspace, results):
            with pytest.raises(RuntimeError, match="used by another thread"):
                solver.setup(problem)
            with pytest.raises(RuntimeError, match="used by another thread"):
                solver.clearCallbacks()
            self.called = True

    problem = problems.reaching(arm)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    nested = Nested()
    solver.registerCallback("nested", nested)
    solver.setup(problem)
    assert solver.run(problem) and nested.called


def test_repeated_runs_do_not_grow(arm):
    resource = pytest.importorskip("resource")
    problem = problems.reaching(arm, bound=5.0)

    def peak():
        for _ in range(10):
            problems.solve(problem, tol=1e-4)
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    peak()
    before = peak()
    assert peak() - before < 20_000  # kilobytes
