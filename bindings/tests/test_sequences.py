"""Sequences and maps that belong to an object: what is done to them is done to the object, or refused."""

import copy
import gc
import pickle

import numpy as np
import problems
import pytest

import aligator
from aligator import constraints, dynamics, manifolds


@pytest.fixture
def solver(arm):
    problem = problems.reaching(arm, bound=5.0)
    return problems.solve(problem, tol=1e-6), problem


def other_stage(problem, weight):
    stage = problem.stages[0].copy()
    stage.cost.setWeight("state", weight)
    return stage


def weights(problem):
    return [stage.cost.getWeight("state") for stage in problem.stages]


# ---- models ----


def test_stages_are_the_problem_s(arm):
    problem = problems.reaching(arm, horizon=3)
    stages = problem.stages
    stages[0] = other_stage(problem, 2.0)
    assert weights(problem) == [2.0, 1.0, 1.0]
    stages.append(other_stage(problem, 3.0))
    stages.extend([other_stage(problem, 4.0)] * 2)
    assert weights(problem) == [2.0, 1.0, 1.0, 3.0, 4.0, 4.0] and problem.num_steps == len(stages) == 6
    del stages[1]
    stages.insert(0, other_stage(problem, 5.0))
    stages[-2:] = [other_stage(problem, 6.0)]
    assert weights(problem) == [5.0, 2.0, 1.0, 3.0, 6.0]
    last = stages.pop()
    assert last.cost.getWeight("state") == 6.0 and problem.num_steps == 4
    stages.reverse()
    assert weights(problem) == [3.0, 1.0, 2.0, 5.0]
    stages[1].cost.setWeight("state", 7.0)
    assert weights(problem)[1] == 7.0
    problems.solve(problem)
    stages[:] = []
    assert problem.num_steps == 0


def test_what_was_taken_out_stays_usable(arm):
    problem = problems.reaching(arm, horizon=3, bound=1.0)
    old, cost = problem.stages[0], problem.stages[1].cost
    problem.stages[0] = other_stage(problem, 2.0)
    del problem.stages[1]
    box = problem.stages[0].constraints.sets[0]
    problem.stages[0].constraints.sets[0] = constraints.NegativeOrthant()
    del problem
    gc.collect()
    assert old.nu == 2 and cost.getWeight("state") == 1.0 and box.upper_limit[0] == 1.0


def test_stages_are_checked(arm):
    problem = problems.reaching(arm, horizon=2)
    with pytest.raises(TypeError, match="element 1: expected StageModel, got QuadraticStateCost"):
        problem.stages[1] = problem.term_cost
    with pytest.raises(TypeError, match="got None"):
        problem.stages.append(None)
    for index in (2, -3):
        with pytest.raises(IndexError):
            problem.stages[index]
        with pytest.raises(IndexError):
            problem.stages[index] = problem.stages[0]
    with pytest.raises(TypeError, match="index: expected an int or a slice"):
        problem.stages["first"]
    problem.stages[0] = aligator.StageModel(
        aligator.QuadraticCost(np.eye(3), np.eye(1)),
        dynamics.LinearDiscreteDynamics(np.eye(3), np.ones((3, 1)), np.ones(3)),
    )
    with pytest.raises(ValueError, match="problem"):
        aligator.SolverProxDDP(1e-3).setup(problem)


def test_constraints_are_the_stage_s(arm):
    problem = problems.reaching(arm, bound=5.0)
    for stage in problem.stages:
        stage.constraints.sets[0] = constraints.BoxConstraint(-0.5 * np.ones(2), 0.5 * np.ones(2))
        stage.constraints.funcs[0] = aligator.ControlErrorResidual(4, 0.1 * np.ones(2))
    results = problems.solve(problem, tol=1e-6).results
    assert np.abs(np.array(results.us) - 0.1).max() < 0.5 + 1e-5
    stack = problem.stages[0].constraints
    with pytest.raises(ValueError, match="cstr_set"):
        stack.sets[0] = constraints.BoxConstraint(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match=r"func.nr"):
        stack.funcs[0] = aligator.ControlErrorResidual(4, 2)[0]
    for sequence in (stack.sets, stack.funcs, stack.dims):
        with pytest.raises(TypeError, match="fixed"):
            sequence.append(sequence[0])
        with pytest.raises(TypeError, match="fixed"):
            sequence.pop()
    with pytest.raises(TypeError, match="cannot be changed"):
        stack.dims[0] = 3
    assert stack.dims == [2]


def test_components_of_a_product_of_sets():
    box = constraints.BoxConstraint(-np.ones(2), np.ones(2))
    product = constraints.ConstraintSetProduct([box, constraints.NegativeOrthant()], [2, 1])
    product.components[0] = constraints.EqualityConstraintSet()
    np.testing.assert_array_equal(product.projection(np.array([0.3, 0.3, -1.0])), [0, 0, -1])
    with pytest.raises(ValueError, match="component"):
        product.components[1] = box
    with pytest.raises(TypeError):
        product.blockSizes[0] = 1


def test_components_of_a_stack():
    space = manifolds.VectorSpace(2)
    stack = aligator.CostStack(space, 1)
    stack.addCost("a", aligator.QuadraticStateCost(space, 1, np.zeros(2), np.eye(2)), 2.0)
    components = stack.components
    components["b"] = (aligator.ConstantCost(space, 1, 3.0), 4.0)
    assert stack.size == 2 and stack.getWeight("b") == 4.0 and stack.getComponent("b").value == 3.0
    old = components["a"][0]
    components["a"] = (aligator.ConstantCost(space, 1, 5.0), 1.0)
    assert stack.getComponent("a").value == 5.0 and old.nu == 1
    data = stack.createData()
    stack.evaluate(np.zeros(2), np.zeros(1), data)
    assert data.value == 5.0 + 12.0
    assert {entry.key(): entry.data()[1] for entry in components} == {key: weight for key, (_, weight) in components}
    assert components.todict().keys() == {"a", "b"} and len(components) == 2 and "a" in components
    assert components.get("c") is None and sorted(components.keys()) == ["a", "b"]
    assert aligator.CostStack(space, 1, components).size == 2
    del components["b"]
    assert stack.size == 1
    for call in (
        lambda: components["unknown"],
        lambda: stack.getComponent("unknown"),
        lambda: stack.setWeight("unknown", 1.0),
        lambda: data.sub_cost_data["unknown"],
    ):
        with pytest.raises(KeyError, match=r"Key unknown not found\."):
            call()
    for bad in (1.0, None, (None, 1.0), (old, "heavy"), (old,)):
        with pytest.raises(TypeError):
            components["a"] = bad
    with pytest.raises(ValueError, match=r"cost.nx"):
        components["a"] = (aligator.QuadraticCost(np.eye(3), np.eye(1)), 1.0)
    with pytest.raises(TypeError, match="key"):
        components[2.5] = (old, 1.0)
    assert data.sub_cost_data["a"].value == 5.0
    data.sub_cost_data["a"] = aligator.CostData(2, 1)
    assert data.sub_cost_data["a"].value == 0.0


# ---- arrays ----


def test_arrays_of_results_are_the_solver_s(solver):
    solver, problem = solver
    results = solver.results
    results.xs[0][:] = 7
    np.testing.assert_array_equal(solver.results.xs[0], 7)
    results.us[3] = [1, 2]
    np.testing.assert_array_equal(solver.results.us[3], [1, 2])
    results.gains[0][0, 0] = 5
    assert solver.results.gains[0][0, 0] == 5
    solver.workspace.dxs[1][:] = 3
    np.testing.assert_array_equal(solver.workspace.dxs[1], 3)
    solver.workspace.active_constraints[0][:] = True
    assert solver.workspace.active_constraints[0].all()
    solver.workspace.active_constraints[0] = [False, True]
    assert solver.workspace.active_constraints[0].tolist() == [False, True]
    for bad in (np.zeros(3), None, 1.0, "a", np.zeros((2, 1))):
        with pytest.raises((ValueError, TypeError), match=r"element 0: expected an array of shape \(2,\)"):
            results.us[0] = bad
    with pytest.raises(TypeError, match="fixed"):
        results.xs.append(np.zeros(4))
    with pytest.raises(TypeError, match="fixed"):
        del results.xs[0]
    with pytest.raises(ValueError, match="read-only"):
        solver.workspace.state_dual_infeas[0] = 1
    assert solver.run(problem)


def test_sequences_show_the_last_run_and_arrays_stay(solver):
    solver, problem = solver
    xs, results, workspace = solver.results.xs, solver.results, solver.workspace
    arrays = [xs[1], results.us[0], results.lams[1], results.vs[0], results.gains[0], workspace.dxs[0]]
    blocks = [workspace.cstr_proj_jacs[0], workspace.active_constraints[0], workspace.dyn_slacks[1]]
    old = [a.copy() for a in arrays + blocks]
    problem.x0_init = np.array([0.3, 0.2, 0.1, 0.0])
    solver.run(problem)
    assert not np.allclose(xs[1], old[0])
    np.testing.assert_array_equal(xs[1], solver.results.xs[1])
    stage = problem.stages[0].copy()
    problem.replaceStageCircular(stage)
    solver.cycleProblem(problem, stage.createData())
    solver.setup(problem)
    results.cycleAppend(problem, np.ones(4))
    del xs, results, workspace, solver
    gc.collect()
    for array, before in zip(arrays + blocks, old):
        np.testing.assert_array_equal(array, before)
        array[:] = 1  # its own memory


def test_arrays_are_detached_again_and_again(arm):
    """The second time as well: an array of each run keeps what it showed."""
    problem = problems.reaching(arm, horizon=5)
    solver, kept = aligator.SolverProxDDP(1e-6, 1e-4), []
    solver.setup(problem)
    for i in range(4):
        problem.x0_init = 0.1 * i * np.ones(4)
        solver.run(problem)
        solver.results.xs[0][:] = i
        kept.append(solver.results.xs[0])
        if i % 2:
            solver.setup(problem)
    del solver
    gc.collect()
    for i, array in enumerate(kept):
        np.testing.assert_array_equal(array, i)


def test_value_functions_outlive_the_workspace(arm):
    problem = problems.reaching(arm)
    solver = aligator.SolverFDDP(1e-6)
    solver.setup(problem)
    solver.run(problem)
    parameters, value, q = solver.workspace.q_params, solver.workspace.value_params[0], solver.workspace.q_params[0]
    assert parameters[0] is q
    block, before = q.Quu, q.Quu.copy()
    value.Vx[:] = 3
    np.testing.assert_array_equal(solver.workspace.value_params[0].Vx, 3)
    solver.setup(problem)
    np.testing.assert_array_equal(solver.workspace.q_params[0].Quu, 0)
    del solver, parameters
    gc.collect()
    np.testing.assert_array_equal(q.Quu, before)
    del q
    np.testing.assert_array_equal(block, before)
    np.testing.assert_array_equal(value.Vx, 3)
    with pytest.raises(TypeError):
        aligator.SolverFDDP(1e-3).workspace.q_params.append(1)


def test_assignment_keeps_views_alive():
    """Assigning an array copies into the memory that is there: views and blocks of it stay what they are."""
    data = aligator.CostData(2, 1)
    gradient, block = data.grad, data.Lx
    data.grad = np.arange(3.0)
    np.testing.assert_array_equal(gradient, [0, 1, 2])
    np.testing.assert_array_equal(block, [0, 1])
    np.testing.assert_array_equal(data.Lu, [2])
    data.hess = np.arange(9.0).reshape(3, 3)
    np.testing.assert_array_equal(data.Lxx, [[0, 1], [3, 4]])


def test_arrays_of_models_are_views(arm, rng):
    space = manifolds.MultibodyPhaseSpace(arm)
    state = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    state.target[:] = 1
    np.testing.assert_array_equal(state.target, 1)
    control = aligator.QuadraticControlCost(space, 2, np.eye(2))
    control.target[0] = 3
    np.testing.assert_array_equal(control.target, [3, 0])
    error = aligator.StateErrorResidual(space, 2, np.zeros(4))
    error.target[:] = 2
    np.testing.assert_array_equal(error.target, 2)
    tip = aligator.FrameTranslationResidual(4, 2, arm, np.zeros(3), 1)
    for residual in (tip, aligator.CenterOfMassTranslationResidual(4, 2, arm, np.zeros(3))):
        residual.getReference()[:] = 4
        np.testing.assert_array_equal(residual.getReference(), 4)
    problem = problems.reaching(arm)
    problem.x0_init[:] = 0.5
    np.testing.assert_array_equal(problem.x0_init, 0.5)
    # What other numbers were computed from, or what counts only when it is set, cannot be written into.
    linear = dynamics.LinearDiscreteDynamics(np.eye(2), np.ones((2, 1)), np.zeros(2))
    cost = aligator.QuadraticCost(np.eye(2), np.eye(1))
    for array in (
        linear.A,
        linear.B,
        linear.c,
        cost.weights_cross,
        dynamics.MultibodyFreeFwdDynamics(space).actuation_matrix,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 1


def test_contacts():
    contacts = aligator.ContactMap(["left", "right"], [True, True], [np.zeros(3), np.ones(3)])
    contacts.contact_states[0] = False
    contacts.contact_names[1] = "hand"
    contacts.contact_poses[1][:] = 5
    assert contacts.contact_states == [False, True] and not contacts.getContactState("left")
    pose = contacts.getContactPose("hand")
    np.testing.assert_array_equal(pose, 5)
    for i in range(20):
        contacts.addContact(f"more {i}", True, np.zeros(3))
    contacts.contact_poses[1][:] = 6
    np.testing.assert_array_equal(pose, 5)  # from before the container grew
    contacts.contact_states = [True] * 22
    assert contacts.contact_states == [True] * 22
    for attribute, value in (("contact_states", [True]), ("contact_names", ["a"]), ("contact_poses", [np.zeros(3)])):
        with pytest.raises(ValueError, match=attribute):
            setattr(contacts, attribute, value)
    with pytest.raises(TypeError):
        contacts.contact_states[0] = "yes"
    residual = aligator.CentroidalAccelerationResidual(9, 66, 10.0, np.zeros(3), contacts, 3)
    poses = residual.contact_map.contact_poses
    kept = poses[0]
    residual.contact_map.contact_states[0] = False
    assert residual.contact_map.contact_states[0] is False and contacts.contact_states[0] is True
    residual.contact_map = contacts
    assert residual.contact_map.contact_states[0] is True
    np.testing.assert_array_equal(kept, 0)
    with pytest.raises(ValueError, match="contact_map"):
        residual.contact_map = aligator.ContactMap(["a"], [True], [np.zeros(3)])


# ---- data ----


def test_data_can_be_exchanged(arm):
    problem = problems.reaching(arm, bound=1.0)
    data = aligator.TrajOptData(problem)
    fresh = problem.stages[0].createData()
    data.stage_data[0] = fresh
    assert data.stage_data[0] is fresh
    function_data = problem.stages[0].constraints.funcs[0].createData()
    fresh.constraint_data = [function_data]
    assert fresh.constraint_data[0] is function_data
    xs, us = [np.zeros(4)] * 31, [np.zeros(2)] * 30
    problem.evaluate(xs, us, data)
    for bad in (None, 3, function_data):
        with pytest.raises(TypeError, match="element 0"):
            data.stage_data[0] = bad
    with pytest.raises(ValueError, match="constraint_data: expected 1 data objects, got 2"):
        fresh.constraint_data = [function_data] * 2
    with pytest.raises(TypeError):
        fresh.constraint_data = [None]
    # Data of another model are refused where they are used.
    fresh.constraint_data[0] = aligator.StageFunctionData(4, 2, 5)
    with pytest.raises(ValueError, match="data"):
        problem.evaluate(xs, us, data)


def test_history_is_live(arm):
    problem = problems.reaching(arm, bound=4.0)
    solver = aligator.SolverProxDDP(1e-6, 1e-4)
    history = aligator.HistoryCallback(solver)
    values = history.values
    solver.registerCallback("history", history)
    solver.setup(problem)
    solver.run(problem)
    assert len(values) > 0 and values == history.values.tolist()


# ---- sequences themselves ----


def test_copies_belong_to_python(solver):
    solver, problem = solver
    for own in (
        solver.results.us.copy(),
        solver.results.us[:],
        copy.deepcopy(solver.results.us),
        copy.copy(solver.results.us),
    ):
        assert isinstance(own, aligator.StdVec_Vector)
        own[0][:] = 99
        own.append(np.zeros(2))
        assert len(own) == 31 and solver.results.us[0][0] != 99
    back = pickle.loads(pickle.dumps(solver.results.xs))
    assert back == solver.results.xs and isinstance(back, aligator.StdVec_Vector)
    views, copies = solver.results.us.tolist(), solver.results.us.tolist(True)
    views[0][:] = 5
    np.testing.assert_array_equal(solver.results.us[0], 5)
    assert copies[0][0] != 5
    assert problem.stages[1:3][0] is problem.stages[1] and len(problem.stages[1:3]) == 2
    xs = solver.results.xs
    joined = xs[1:] + [xs[-1]]
    assert len(joined) == 31 and np.array(xs).shape == (31, 4)
    assert solver.run(problem, xs, solver.results.us)


def test_methods_of_the_official_sequences():
    vectors = aligator.StdVec_Vector()
    vectors.reserve(3)
    array = np.zeros(2)
    vectors.append(array)
    array[:] = 1
    np.testing.assert_array_equal(vectors[0], 0)
    vectors.extend([np.ones(2), [2, 3]])
    assert vectors == [np.zeros(2), np.ones(2), np.array([2.0, 3.0])] and vectors != [np.zeros(2)] and vectors != 3
    assert vectors.id() != aligator.StdVec_Vector().id()
    vectors[1:] = []
    assert len(vectors) == 1 and repr(vectors).startswith("StdVec_Vector([array(")
    with pytest.raises(ValueError, match="expected 1 elements"):
        vectors[::2] = [np.zeros(1)] * 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(vectors)
