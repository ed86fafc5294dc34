import numpy as np
import pytest

import aligator
from aligator import constraints

Z = np.array([-2.0, 0.5, 3.0])
SETS = {
    "equality": (constraints.EqualityConstraintSet(), np.zeros(3)),
    "orthant": (constraints.NegativeOrthant(), np.minimum(Z, 0)),
    "box": (constraints.BoxConstraint(-np.ones(3), np.ones(3)), np.clip(Z, -1, 1)),
    "product": (
        constraints.ConstraintSetProduct(
            [constraints.BoxConstraint(-np.ones(2), np.ones(2)), constraints.NegativeOrthant()], [2, 1]
        ),
        np.array([-1.0, 0.5, 0.0]),
    ),
}


@pytest.mark.parametrize("name", SETS)
def test_projections(name):
    cset, projection = SETS[name]
    np.testing.assert_array_equal(cset.projection(Z), projection)
    np.testing.assert_array_equal(cset.normalConeProjection(Z), Z - projection)
    out = np.empty(3)
    cset.projection(Z, out)
    np.testing.assert_array_equal(out, projection)
    cset.normalConeProjection(Z, out)
    np.testing.assert_array_equal(out, Z - projection)
    active = np.zeros(3, dtype=bool)
    cset.computeActiveSet(Z, active)
    J = np.eye(3)
    cset.applyNormalProjectionJacobian(Z, J)
    np.testing.assert_array_equal(np.diag(J), active)
    J = np.eye(3)
    cset.applyProjectionJacobian(Z, J)
    np.testing.assert_array_equal(np.diag(J), ~active)
    assert cset.evaluate(projection) == 0.0


def test_moreau_envelope():
    cset = constraints.NegativeOrthant()
    cset.setProxParameter(0.1)
    assert cset.mu == 0.1 and cset.mu_inv == 10.0
    out = np.empty(3)
    value = cset.computeMoreauEnvelope(Z, out)
    np.testing.assert_allclose(value, 5 * np.sum(np.maximum(Z, 0) ** 2))
    np.testing.assert_allclose(cset.evaluateMoreauEnvelope(Z, out), value)


def test_box_bounds():
    box = constraints.BoxConstraint(-np.ones(2), np.ones(2))
    box.lower_limit[:] = -2
    np.testing.assert_array_equal(box.projection(np.array([-3.0, 0.0])), [-2, 0])
    box.upper_limit = np.array([0.0, 5.0])
    np.testing.assert_array_equal(box.upper_limit, [0, 5])


def test_stack_of_a_stage():
    space = aligator.manifolds.VectorSpace(2)
    stage = aligator.StageModel(
        aligator.QuadraticCost(np.eye(2), np.eye(1)),
        aligator.dynamics.LinearDiscreteDynamics(np.eye(2), np.ones((2, 1)), np.zeros(2)),
    )
    stage.addConstraint(aligator.ControlErrorResidual(2, 1), constraints.BoxConstraint(-np.ones(1), np.ones(1)))
    stage.addConstraint(aligator.StateErrorResidual(space, 1, np.zeros(2)), constraints.EqualityConstraintSet())
    stack = stage.constraints
    assert stack.size == 2 and stack.dims == [1, 2] and stack.total_dim == stage.nc == 3
    assert isinstance(stack.funcs[0], aligator.ControlErrorResidual)
    assert isinstance(stack.sets[1], constraints.EqualityConstraintSet)
    assert stage.num_dual == 5
