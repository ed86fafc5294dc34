"""The names, members and keywords of the official module."""

import numpy as np
import official_api
import official_signatures
import pinocchio as pin
import problems
import pytest
import systems

import aligator
from aligator import constraints, dynamics, manifolds


def test_nothing_is_missing():
    missing = official_api.lacking()
    assert [name for name in missing if not official_api.left_out(name)] == []
    for name in official_api.LEFT_OUT:
        assert any(m.startswith(name) for m in missing), f"{name} is there now"


def test_the_comparison_sees_what_is_missing(monkeypatch):
    monkeypatch.setitem(official_api.LISTED, "aligator.Nowhere", {"kind": "class"})
    members = {"nowhere": "method", "space": "prop-rw", "value": "prop-ro"}
    monkeypatch.setitem(official_api.LISTED, "aligator.ConstantCost", {"kind": "class", "members": members})
    found = [name for name in official_api.lacking() if not official_api.left_out(name)]
    assert set(found) == {
        "aligator.Nowhere",
        "aligator.ConstantCost::nowhere",
        "aligator.ConstantCost::space (prop-rw, here prop-ro)",
    }


def test_arguments_have_the_names_and_defaults_of_the_official_ones():
    assert official_signatures.misfits() == []


def test_the_comparison_sees_arguments_that_differ(monkeypatch):
    listed = {
        "aligator.computeTrajectoryCost": [["problem_data"], ["data"], ["problem_data", "more"]],
        "aligator.SolverProxDDP::__init__": [["tol"], ["tol", "mu_init=0.01"], ["tol", "mu_init=0.02"]],
        "aligator.TrajOptProblem::evaluate": [["xs", "us", "prob_data"], ["xs", "us"], ["xs=[]", "us", "prob_data"]],
    }
    monkeypatch.setattr(official_signatures, "LISTED", listed)
    assert [misfit.partition(", here")[0] for misfit in official_signatures.misfits()] == [
        "aligator.computeTrajectoryCost(data)",
        "aligator.computeTrajectoryCost(problem_data, more)",
        "aligator.SolverProxDDP::__init__(tol, mu_init=0.02)",
        "aligator.TrajOptProblem::evaluate(xs, us)",
        "aligator.TrajOptProblem::evaluate(xs=[], us, prob_data)",
    ]


def test_keywords(arm):
    """Argument names of the official module."""
    space = manifolds.MultibodyPhaseSpace(arm)
    ode = dynamics.MultibodyFreeFwdDynamics(space=space, actuation_matrix=np.eye(2))
    for integrator in (dynamics.IntegratorEuler, dynamics.IntegratorSemiImplEuler, dynamics.IntegratorRK2):
        assert integrator(ode=ode, timestep=0.1).timestep == 0.1
    dynamics.IntegratorMidpoint(dae=ode, timestep=0.1)
    aligator.CentroidalWrenchConeResidual(ndx=9, nu=6, k=0, mu=0.5, L=0.1, W=0.05)
    constraints.BoxConstraint(lower_limit=-np.ones(2), upper_limit=np.ones(2))
    aligator.FrameEqualityResidual(ndx=4, nu=2, model=arm, frame_id1=0, frame_id2=1)

    class Height(aligator.UnaryFunction):
        def __init__(self):
            super().__init__(ndx1=4, nu=2, nr=1)

    assert Height().nr == 1
    midpoint = dynamics.IntegratorMidpoint(ode, 0.1)
    data = midpoint.createData()
    midpoint.evaluate(x=np.zeros(4), u=np.zeros(2), y=np.zeros(4), data=data)


def test_optional_arguments(arm):
    for arguments in ((), (None,), (pin.SE3.Identity(),)):
        residual = aligator.FrameEqualityResidual(4, 2, arm, 0, 1, *arguments)
        assert residual.getReference().isIdentity()
    for bad in (3, np.eye(4), "identity"):
        with pytest.raises(TypeError, match="f1Mf2_ref"):
            aligator.FrameEqualityResidual(4, 2, arm, 0, 1, bad)
    with pytest.raises(TypeError, match="got None"):
        aligator.FramePlacementResidual(4, 2, arm, None, 1)


def test_enumerations_are_integers():
    assert aligator.VerboseLevel(1) is aligator.VERBOSE and int(aligator.VERYVERBOSE) == 2
    assert aligator.HessianApprox.names["HESSIAN_EXACT"] is aligator.HESSIAN_EXACT
    assert aligator.RolloutType.values[0] is aligator.ROLLOUT_LINEAR
    assert aligator.LinesearchMode.PRIMAL == 0 and aligator.LinesearchMode.PRIMAL.name == "PRIMAL"


def test_seed():
    space = manifolds.VectorSpace(3)
    aligator.seed(3)
    first = space.rand()
    assert not np.array_equal(space.rand(), first)
    aligator.seed(3)
    np.testing.assert_array_equal(space.rand(), first)
    assert aligator.sharedMemory() is True
    with pytest.raises(ValueError, match="share memory"):
        aligator.sharedMemory(False)


def test_groups_of_pinocchio():
    for space in (manifolds.R2(), manifolds.R4(), manifolds.SO2(), manifolds.SE3()):
        assert (space.lg.nq, space.lg.nv) == (space.nx, space.ndx)
    product = manifolds.R2() * manifolds.CartesianProduct(manifolds.R(), manifolds.SO2())
    assert (product.nx, product.num_components) == (5, 3)


def test_print_address(capfd):
    aligator.StageFunctionData(4, 2, 3).printAddress()
    assert capfd.readouterr().out.startswith("Address: 0x")


def test_data_from_models(arm):
    function = aligator.StateErrorResidual(manifolds.VectorSpace(4), 2, np.zeros(4))
    data = aligator.StageFunctionData(function)
    function.evaluate(np.ones(4), np.zeros(2), data)
    function.computeVectorHessianProducts(np.ones(4), np.zeros(2), np.ones(4), data)
    np.testing.assert_array_equal(data.value, 1)
    ode = dynamics.MultibodyFreeFwdDynamics(manifolds.MultibodyPhaseSpace(arm))
    model = dynamics.IntegratorMidpoint(ode, 0.1)
    assert dynamics.DynamicsData(model).Jy.shape == dynamics.DynamicsData(model).Hyy.shape == (4, 4)
    for call in (
        lambda: aligator.StageFunctionData(-1, 2, 3),
        lambda: dynamics.DynamicsData(1, -2, 3),
    ):
        with pytest.raises(ValueError, match="expected a dimension >= 0"):
            call()


def test_data_of_the_same_base():
    """A function whose data are those of the base class takes those of any function of its sizes."""
    space = manifolds.VectorSpace(4)
    function = aligator.StateErrorResidual(space, 2, np.zeros(4))
    data = aligator.FiniteDifferenceHelper(space, function, 1e-6).createData()
    function.evaluate(np.ones(4), data)
    np.testing.assert_array_equal(data.value, 1)
    with pytest.raises(ValueError, match=r"data\.nr"):
        function[[0]].evaluate(np.ones(4), data)


def test_data_inside_data_are_checked(arm):
    """Data of a helper for another function, or of a wrapper of another residual."""
    space = manifolds.MultibodyPhaseSpace(arm)
    tip = aligator.FrameTranslationResidual(4, 2, arm, np.zeros(3), 1)
    mass = aligator.CenterOfMassTranslationResidual(4, 2, arm, np.zeros(3))
    first, second = (aligator.FiniteDifferenceHelper(space, f, 1e-6) for f in (tip, mass))
    with pytest.raises(TypeError, match="data"):
        first.evaluate(np.zeros(4), np.zeros(2), second.createData())
    costs = [aligator.QuadraticResidualCost(space, f, np.eye(3)) for f in (tip, mass)]
    first, second = (aligator.CostFiniteDifference(c, 1e-6) for c in costs)
    with pytest.raises(TypeError, match="data"):
        first.evaluate(np.zeros(4), np.zeros(2), second.createData())
    ode = dynamics.MultibodyFreeFwdDynamics(space)
    steps = [f(ode, 0.1) for f in (dynamics.IntegratorEuler, dynamics.IntegratorRK2)]
    first, second = (aligator.DynamicsFiniteDifferenceHelper(space, f, 1e-6) for f in steps)
    with pytest.raises(TypeError, match="data"):
        first.forward(np.zeros(4), np.zeros(2), second.createData())
    contacts = aligator.ContactMap(["a"], [True], [np.zeros(3)])
    inner = (
        aligator.CentroidalAccelerationResidual(9, 3, 1.0, np.zeros(3), contacts, 3),
        aligator.AngularAccelerationResidual(9, 3, 1.0, np.zeros(3), contacts, 3),
    )
    first, second = (aligator.CentroidalWrapperResidual(f) for f in inner)
    with pytest.raises(TypeError, match="data"):
        first.evaluate(np.zeros(12), second.createData())


def test_filter_run():
    search = aligator.Filter(0.0, 1e-3, 10)
    assert search.run(lambda alpha: (alpha, alpha), 1.0) == (1.0, 1.0)
    assert search.run(lambda alpha: (4 * alpha, 4 * alpha), 1.0) == (0.5, 0.125)
    assert search.filter_pairs_[-1] == (0.5, 0.5)
    with pytest.raises(TypeError, match="phi: must return a pair"):
        search.run(lambda alpha: alpha, 1.0)
    with pytest.raises(ZeroDivisionError):
        search.run(lambda alpha: 1 / 0, 1.0)


def test_problem_without_stages(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    cost = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    problem = aligator.TrajOptProblem(np.ones(4), 2, space, cost)
    solver = aligator.SolverProxDDP(1e-3)
    solver.setup(problem)
    assert len(solver.results.xs) == 1 and len(solver.results.us) == 0
    assert len(aligator.TrajOptData(problem).stage_data) == 0 and len(aligator.Results(problem).xs) == 1
    for call in (
        lambda: solver.run(problem),
        lambda: solver.cycleProblem(problem, None),
        lambda: aligator.SolverFDDP(1e-3).setup(problem),
    ):
        with pytest.raises((ValueError, TypeError), match=r"no stages|got None"):
            call()
    solver.updateLQSubproblem()
    solver.computeCriterion()


# ---- properties that can be set ----


def test_residuals_of_costs_can_be_exchanged(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    tip, mass = (
        aligator.FrameTranslationResidual(4, 2, arm, np.zeros(3), 1),
        aligator.CenterOfMassTranslationResidual(4, 2, arm, np.zeros(3)),
    )
    for cost in (
        aligator.QuadraticResidualCost(space, tip, np.eye(3)),
        aligator.LogResidualCost(space, tip, 1.0),
        aligator.RelaxedLogBarrierCost(space, tip, 1.0, 0.1),
    ):
        old = cost.residual
        cost.residual = mass
        assert isinstance(cost.residual, aligator.CenterOfMassTranslationResidual) and old.nr == 3
        cost.evaluate(np.zeros(4), np.zeros(2), cost.createData())
        with pytest.raises(ValueError, match=r"residual\.nr"):
            cost.residual = aligator.StateErrorResidual(space, 2, np.zeros(4))
        with pytest.raises(TypeError, match=r"residual: expected aligator\.StageFunction"):
            cost.residual = cost
    state = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    target = state.target
    state.residual = aligator.StateErrorResidual(space, 2, np.ones(4))
    np.testing.assert_array_equal(state.target, 1)
    np.testing.assert_array_equal(target, 0)
    with pytest.raises(TypeError, match="StateErrorResidual"):
        state.residual = aligator.LinearFunction(4, 2, 4)
    control = aligator.QuadraticControlCost(space, 2, np.eye(2))
    control.residual = aligator.ControlErrorResidual(4, np.ones(2))
    np.testing.assert_array_equal(control.target, 1)
    contacts = aligator.ContactMap(["a"], [True], [np.zeros(3)])
    wrapper = aligator.CentroidalWrapperResidual(
        aligator.CentroidalAccelerationResidual(9, 3, 1.0, np.zeros(3), contacts, 3)
    )
    wrapper.centroidal_cost = aligator.AngularAccelerationResidual(9, 3, 1.0, np.zeros(3), contacts, 3)
    assert isinstance(wrapper.centroidal_cost, aligator.AngularAccelerationResidual)
    with pytest.raises(ValueError, match="centroidal_cost"):
        wrapper.centroidal_cost = aligator.CentroidalFrictionConeResidual(9, 3, 0, 0.5, 1e-3)


def test_continuous_dynamics_of_integrators_can_be_exchanged():
    first, second = (dynamics.LinearODE(k * np.eye(2), np.ones((2, 1)), np.zeros(2)) for k in (1.0, 2.0))
    for integrator, name in (
        (dynamics.IntegratorEuler(first, 0.1), "differential_dynamics"),
        (dynamics.IntegratorMidpoint(first, 0.1), "continuous_dynamics"),
    ):
        old = getattr(integrator, name)
        setattr(integrator, name, second)
        np.testing.assert_array_equal(getattr(integrator, name).A, 2 * np.eye(2))
        np.testing.assert_array_equal(old.A, np.eye(2))
        with pytest.raises(ValueError, match=f"{name}.*nu"):
            setattr(integrator, name, dynamics.LinearODE(np.eye(2), np.ones((2, 2)), np.zeros(2)))
        with pytest.raises(ValueError, match="timestep"):
            integrator.timestep = -1.0
        data = integrator.createData()
        data.continuous_data = second.createData()
        with pytest.raises(TypeError, match="got None"):
            data.continuous_data = None


def test_parts_of_a_problem_being_solved_stay(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    cost = aligator.QuadraticStateCost(space, 2, np.ones(4), np.eye(4))
    control = aligator.QuadraticControlCost(space, 2, 1e-3 * np.eye(2))
    stack = aligator.CostStack(space, 2, {"a": (cost, 1.0), "b": (control, 1.0)})
    step = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.01)
    problem = aligator.TrajOptProblem(np.zeros(4), [aligator.StageModel(stack, step)] * 5, cost)
    stage = problem.stages[1]

    class Meddler(aligator.BaseCallback):
        called = False

        def call(self, workspace, results):
            self.called = True
            for change in (
                lambda: setattr(stage.cost.getComponent("a"), "residual", cost.residual),
                lambda: setattr(stage.dynamics, "differential_dynamics", step.differential_dynamics),
                lambda: setattr(problem, "term_constraints", stage.constraints),
                lambda: problem.stages.append(stage),
                lambda: problem.stages.pop(),
                lambda: stage.cost.components.__setitem__("a", (cost, 1.0)),
            ):
                with pytest.raises(RuntimeError, match="being solved"):
                    change()

    solver, meddler = aligator.SolverProxDDP(1e-6, 1e-4), Meddler()
    solver.setup(problem)
    solver.registerCallback("meddler", meddler)
    solver.run(problem)
    assert meddler.called


def test_terminal_constraints_can_be_assigned(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    cost = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    step = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.1)
    stage = aligator.StageModel(cost, step)
    stage.addConstraint(aligator.StateErrorResidual(space, 2, np.zeros(4)), constraints.EqualityConstraintSet())
    problem = aligator.TrajOptProblem(np.zeros(4), [stage], cost)
    problem.term_constraints = stage.constraints
    problem.term_constraints = problem.term_constraints
    assert problem.term_constraints.size == 1 and problem.checkIntegrity()
    flat = aligator.StageModel(aligator.QuadraticCost(np.eye(3), np.eye(2)), dynamics.LinearDiscreteDynamics(*square()))
    flat.addConstraint(aligator.ControlErrorResidual(3, 2), constraints.NegativeOrthant())
    with pytest.raises(ValueError, match=r"term_constraints\[0\]"):
        problem.term_constraints = flat.constraints
    assert problem.term_constraints.size == 1


def square():
    return np.eye(3), np.ones((3, 2)), np.zeros(3)


def test_data_members_can_be_exchanged(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    cost = aligator.QuadraticStateCost(space, 2, np.zeros(4), np.eye(4))
    data, other = cost.createData(), cost.createData()
    data.residual_data = other.residual_data
    assert data.residual_data is other.residual_data
    data.residual_data = aligator.StageFunctionData(4, 2, 3)
    with pytest.raises(ValueError, match="data"):
        cost.evaluate(np.zeros(4), np.zeros(2), data)
    ode = dynamics.MultibodyFreeFwdDynamics(space)
    data, fresh = ode.createData(), arm.createData()
    fresh.nle[:] = 7
    data.pin_data = fresh
    np.testing.assert_array_equal(data.pin_data.nle, 7)
    with pytest.raises(ValueError, match="pin_data: made for another model"):
        data.pin_data = systems.floating_body().createData()
    step = dynamics.IntegratorEuler(ode, 0.1)
    product = dynamics.directSum(step, step)
    data = product.createData()
    data.data1 = step.createData()
    with pytest.raises(TypeError):
        data.data1 = data.continuous_data if hasattr(data, "continuous_data") else cost.createData()
    stage = aligator.StageModel(cost, step)
    stage_data = stage.createData()
    stage_data.dynamics_data = step.createData()
    problem = aligator.TrajOptProblem(np.zeros(4), [stage], cost)
    problem_data = aligator.TrajOptData(problem)
    problem_data.init_data = problem.init_constraint.createData()
    problem_data.term_cost = cost.createData()
    problem.evaluate([np.zeros(4)] * 2, [np.zeros(2)], problem_data)


def test_contact_models_are_pinocchio_s(body):
    """Their vectors act on the model, as do those of their data."""
    space = manifolds.MultibodyPhaseSpace(body)
    foot, actuation = body.frames[body.getFrameId("foot")], np.eye(body.nv)[:, 6:]
    contact = pin.RigidConstraintModel(
        pin.ContactType.CONTACT_6D, body, foot.parentJoint, foot.placement, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED
    )
    contact.name = "foot"
    settings = pin.ProximalSettings(1e-9, 1e-10, 10)
    ode = dynamics.MultibodyConstraintFwdDynamics(space, actuation, [contact], settings)
    force = aligator.ContactForceResidual(space.ndx, body, actuation, [contact], settings, np.zeros(6), "foot")
    x, u = space.neutral(), np.zeros(1)
    for model, evaluate in (
        (ode, lambda data: ode.forward(x, u, data)),
        (force, lambda data: force.evaluate(x, u, data)),
    ):
        model.constraint_models[0].name = "changed"
        assert model.constraint_models[0].name == "changed"
        model.constraint_models = [contact]
        assert model.constraint_models[0].name == "foot"
        with pytest.raises(ValueError, match="constraint_models: number"):
            model.constraint_models = []
        data = model.createData()
        data.constraint_datas = [contact.createData()]
        with pytest.raises(ValueError, match=r"pin_data: .* not prepared for its contacts"):
            data.pin_data = body.createData()
        prepared = body.createData()
        pin.initConstraintDynamics(body, prepared, model.constraint_models, data.constraint_datas)
        data.pin_data = prepared
        evaluate(data)
        model.constraint_models.append(contact)
        with pytest.raises(ValueError, match="data: number of contacts"):
            evaluate(data)


# ---- integrators in Python ----


class Euler(dynamics.ExplicitIntegratorAbstract):
    def __init__(self, ode, timestep):
        super().__init__(ode)
        self.timestep = timestep

    def forward(self, x, u, data):
        self.differential_dynamics.forward(x, u, data.continuous_data)
        data.dx[:] = self.timestep * data.continuous_data.xdot
        data.xnext[:] = self.space.integrate(x, data.dx)

    def dForward(self, x, u, data):
        ode_data = data.continuous_data
        self.differential_dynamics.dForward(x, u, ode_data)
        step = self.space.Jintegrate(x, data.dx, 1) * self.timestep
        data.Jx[:] = self.space.Jintegrate(x, data.dx, 0) + step @ ode_data.Jx
        data.Ju[:] = step @ ode_data.Ju


class Midpoint(dynamics.IntegratorAbstract):
    """For linear spaces."""

    def __init__(self, model, timestep):
        super().__init__(model)
        self.timestep = timestep

    def evaluate(self, x, u, y, data):
        self.continuous_dynamics.evaluate((x + y) / 2, u, (y - x) / self.timestep, data.continuous_data)
        data.value[:] = self.timestep * data.continuous_data.value

    def computeJacobians(self, x, u, y, data):
        inner = data.continuous_data
        self.continuous_dynamics.computeJacobians((x + y) / 2, u, (y - x) / self.timestep, inner)
        data.Jx[:] = self.timestep * inner.Jx / 2 - inner.Jxdot
        data.Ju[:] = self.timestep * inner.Ju
        data.Jy[:] = self.timestep * inner.Jx / 2 + inner.Jxdot


def test_explicit_integrator_in_python(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    ode = dynamics.MultibodyFreeFwdDynamics(space)
    own = Euler(ode, 0.02)
    assert isinstance(own.createData(), dynamics.ExplicitIntegratorData) and own.nx2 == 4
    python = problems.reaching(arm, make_dynamics=lambda space, dt: Euler(dynamics.MultibodyFreeFwdDynamics(space), dt))
    reference = problems.reaching(
        arm, make_dynamics=lambda space, dt: dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), dt)
    )
    assert isinstance(python.stages[0].dynamics, Euler)
    xs, expected = (np.array(problems.solve(problem).results.xs) for problem in (python, reference))
    np.testing.assert_allclose(xs, expected, atol=1e-9)


def test_implicit_integrator_in_python():
    ode = dynamics.LinearODE(np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([[0.0], [1.0]]), np.zeros(2))
    us = [np.ones(1)] * 5
    own = aligator.rollout_implicit(Midpoint(ode, 0.1), np.ones(2), us)
    built_in = aligator.rollout_implicit(dynamics.IntegratorMidpoint(ode, 0.1), np.ones(2), us)
    np.testing.assert_allclose(np.array(own), np.array(built_in), atol=1e-9)


def test_vector_hessian_products_of_implicit_dynamics():
    class Square(dynamics.DynamicsModel):
        def evaluate(self, x, u, y, data):
            data.value[:] = y - x**2

        def computeJacobians(self, x, u, y, data):
            data.Jx[:], data.Jy[:] = -2 * np.diag(x), np.eye(2)

        def computeVectorHessianProducts(self, x, u, y, lbda, data):
            data.Hxx[:] = -2 * np.diag(lbda)

    model = Square(manifolds.VectorSpace(2), 1)
    data = model.createData()
    model.computeVectorHessianProducts(np.ones(2), np.zeros(1), np.ones(2), np.arange(2.0), data)
    np.testing.assert_array_equal(data.Hxx, [[0, 0], [0, -2]])
