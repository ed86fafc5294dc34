import numpy as np
import pinocchio as pin
import pytest
import systems
from derivatives import check_cost

import aligator
from aligator import manifolds

NU = 2


@pytest.fixture
def space(arm):
    return manifolds.MultibodyPhaseSpace(arm)


@pytest.fixture
def point(space, rng):
    return systems.random_state(space, rng), rng.standard_normal(NU)


def positive(n, rng):
    A = rng.standard_normal((n, n))
    return A @ A.T + np.eye(n)


def test_state_and_control_costs(space, point, rng):
    W = positive(space.ndx, rng)
    target = np.arange(4.0)
    state = aligator.QuadraticStateCost(space, NU, target, W)
    check_cost(state, space, *point, atol=1e-5)
    data = state.createData()
    state.evaluate(*point, data)
    d = space.difference(target, point[0])
    np.testing.assert_allclose(data.value, 0.5 * d @ W @ d)
    state.target = np.zeros(4)
    np.testing.assert_array_equal(state.target, 0)
    np.testing.assert_allclose(state.weights, W)
    from_residual = aligator.QuadraticStateCost(aligator.StateErrorResidual(space, NU, target), W)
    check_cost(from_residual, space, *point, atol=1e-5)

    for control in (
        aligator.QuadraticControlCost(space, NU, positive(NU, rng)),
        aligator.QuadraticControlCost(space, np.ones(NU), positive(NU, rng)),
        aligator.QuadraticControlCost(space, aligator.ControlErrorResidual(space.ndx, np.ones(NU)), positive(NU, rng)),
    ):
        check_cost(control, space, *point, atol=1e-5)


def test_quadratic_cost(rng):
    space = manifolds.VectorSpace(3)
    wx, wu, cross = positive(3, rng), positive(NU, rng), rng.standard_normal((3, NU))
    q, r = rng.standard_normal(3), rng.standard_normal(NU)
    x, u = rng.standard_normal(3), rng.standard_normal(NU)
    for cost, expected in (
        (aligator.QuadraticCost(wx, wu), 0.5 * (x @ wx @ x + u @ wu @ u)),
        (aligator.QuadraticCost(wx, wu, q, r), 0.5 * (x @ wx @ x + u @ wu @ u) + q @ x + r @ u),
    ):
        data = cost.createData()
        cost.evaluate(x, u, data)
        np.testing.assert_allclose(data.value, expected)
        check_cost(cost, space, x, u)
    assert not cost.has_cross_term
    cost.weights_cross = cross
    assert cost.has_cross_term
    np.testing.assert_array_equal(cost.weights_cross, cross)


def test_residual_costs(space, arm, point, rng):
    """Frame tracking; the Gauss-Newton Hessian is J' W J."""
    residual = aligator.FrameTranslationResidual(space.ndx, NU, arm, np.ones(3), arm.getFrameId("tip"))
    W = positive(3, rng)
    cost = aligator.QuadraticResidualCost(space, residual, W)
    check_cost(cost, space, *point, hessian="gauss-newton", atol=1e-5)
    data, rdata = cost.createData(), residual.createData()
    cost.evaluate(*point, data)
    cost.computeGradients(*point, data)
    cost.computeHessians(*point, data)
    residual.evaluate(point[0], rdata)
    residual.computeJacobians(point[0], rdata)
    np.testing.assert_allclose(data.Lxx, rdata.Jx.T @ W @ rdata.Jx, atol=1e-12)
    np.testing.assert_allclose(data.residual_data.value, rdata.value)
    assert isinstance(cost.residual, aligator.FrameTranslationResidual)


def test_log_costs(space, rng):
    A = np.zeros((2, 4))
    A[0, 0] = A[1, 1] = 1.0
    residual = aligator.LinearFunction(A, np.zeros((2, NU)), np.array([2.0, 3.0]))
    space = manifolds.VectorSpace(4)
    x, u = 0.1 * rng.standard_normal(4), np.zeros(NU)
    log = aligator.LogResidualCost(space, residual, np.array([1.0, 2.0]))
    data = log.createData()
    log.evaluate(x, u, data)
    np.testing.assert_allclose(data.value, -np.log(2 + x[0]) - 2 * np.log(3 + x[1]))
    check_cost(log, space, x, u, hessian="exact", atol=1e-4)
    check_cost(aligator.LogResidualCost(space, residual, 0.5), space, x, u, hessian="exact", atol=1e-4)
    relaxed = aligator.RelaxedLogBarrierCost(space, residual, np.array([1.0, 2.0]), 0.1)
    relaxed.evaluate(x, u, (rdata := relaxed.createData()))
    np.testing.assert_allclose(rdata.value, data.value)
    for shift in (0.0, -2.5):
        check_cost(relaxed, space, x + shift, u, hessian="exact", atol=1e-4)
    check_cost(aligator.RelaxedLogBarrierCost(space, residual, 0.3, 0.1), space, x, u, hessian="exact", atol=1e-4)


def test_constant_and_finite_difference(space, arm, point):
    constant = aligator.ConstantCost(space, NU, 3.0)
    constant.value = 4.0
    data = constant.createData()
    constant.evaluate(*point, data)
    assert data.value == 4.0
    check_cost(constant, space, *point)
    exact = aligator.QuadraticStateCost(space, NU, np.ones(4), np.eye(4))
    check_cost(aligator.CostFiniteDifference(exact, 1e-6), space, *point, hessian="none", atol=1e-4)


def test_stack(space, point):
    stack = aligator.CostStack(space, NU)
    state = aligator.QuadraticStateCost(space, NU, np.ones(4), np.eye(4))
    control = aligator.QuadraticControlCost(space, NU, np.eye(NU))
    added = stack.addCost("state", state, 2.0)
    assert isinstance(added, aligator.QuadraticStateCost) and added is stack.getComponent("state")
    stack.addCost(control, 0.5)
    assert stack.size == len(stack) == 2 and set(stack.components.keys()) == {"state", 1}
    check_cost(stack, space, *point, atol=1e-5)
    data, sdata, cdata = stack.createData(), state.createData(), control.createData()
    stack.evaluate(*point, data)
    state.evaluate(*point, sdata)
    control.evaluate(*point, cdata)
    np.testing.assert_allclose(data.value, 2 * sdata.value + 0.5 * cdata.value)
    np.testing.assert_allclose(data.sub_cost_data["state"].value, sdata.value)
    assert stack.setWeight("state", value=7.0) is stack
    assert stack.getWeight("state") == 7.0 and stack.components["state"][1] == 7.0
    # The stack has a copy of its own, to which its components give access.
    state.target = 5 * np.ones(4)
    np.testing.assert_array_equal(stack.getComponent("state").target, 1)
    stack.getComponent("state").target = np.zeros(4)
    np.testing.assert_array_equal(stack.components["state"][0].target, 0)
    with pytest.raises(KeyError):
        stack.getComponent("speed")
    assert aligator.CostStack(space, NU, [state, control], [1.0, 2.0]).size == 2
    assert aligator.CostStack(space, NU, {"a": (state, 1.0)}).getWeight("a") == 1.0
    assert aligator.CostStack(state).size == 1


def test_operators(space, point):
    state = aligator.QuadraticStateCost(space, NU, np.ones(4), np.eye(4))
    control = aligator.QuadraticControlCost(space, NU, np.eye(NU))
    total = 2 * state + control * 3.0
    check_cost(total, space, *point, atol=1e-5)
    values = []
    for cost in (state, control, total):
        data = cost.createData()
        cost.evaluate(*point, data)
        values.append(data.value)
    np.testing.assert_allclose(values[2], 2 * values[0] + 3 * values[1])


def test_direct_sum(space, point, rng):
    first = aligator.QuadraticStateCost(space, NU, np.ones(4), np.eye(4))
    second = aligator.QuadraticCost(positive(2, rng), positive(1, rng))
    both = aligator.directSum(first, second)
    assert isinstance(both, aligator.DirectSumCost) and (both.nx, both.nu) == (6, 3)
    x, u = np.concatenate([point[0], [1.0, 2.0]]), np.concatenate([point[1], [0.5]])
    check_cost(both, both.space, x, u, atol=1e-5)
    data = both.createData()
    both.evaluate(x, u, data)
    np.testing.assert_allclose(data.value, data.data1.value + data.data2.value)


def test_placement_cost_reaches_zero(space, arm):
    target = pin.SE3.Identity()
    pdata = arm.createData()
    pin.framesForwardKinematics(arm, pdata, np.zeros(2))
    target = pdata.oMf[arm.getFrameId("tip")]
    residual = aligator.FramePlacementResidual(space.ndx, NU, arm, target, arm.getFrameId("tip"))
    cost = aligator.QuadraticResidualCost(space, residual, np.eye(6))
    data = cost.createData()
    cost.evaluate(np.zeros(4), np.zeros(NU), data)
    assert data.value < 1e-15
