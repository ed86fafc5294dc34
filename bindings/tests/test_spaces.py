import numpy as np
import pytest
import systems
from derivatives import check_space

from aligator import manifolds

SPACES = {
    "VectorSpace": lambda: manifolds.VectorSpace(3),
    "EuclideanSpace": lambda: manifolds.EuclideanSpace(3),
    "R": manifolds.R,
    "R2": manifolds.R2,
    "R3": manifolds.R3,
    "R4": manifolds.R4,
    "SO2": manifolds.SO2,
    "SO3": manifolds.SO3,
    "SE2": manifolds.SE2,
    "SE3": manifolds.SE3,
    "TSO2": manifolds.TSO2,
    "TSO3": manifolds.TSO3,
    "TSE2": manifolds.TSE2,
    "TSE3": manifolds.TSE3,
    "MultibodyConfiguration": lambda: manifolds.MultibodyConfiguration(systems.floating_body()),
    "MultibodyPhaseSpace": lambda: manifolds.MultibodyPhaseSpace(systems.floating_body()),
    "CartesianProduct": lambda: manifolds.SO3() * manifolds.VectorSpace(2),
}


@pytest.fixture(params=SPACES)
def space(request):
    return SPACES[request.param]()


def test_operations(space, rng):
    x, v = systems.random_state(space, rng), 0.3 * rng.standard_normal(space.ndx)
    y = space.integrate(x, v)
    assert x.shape == (space.nx,) and space.isNormalized(y)
    np.testing.assert_allclose(space.difference(x, y), v, atol=1e-9)
    np.testing.assert_allclose(space.interpolate(x, y, 0.0), x, atol=1e-9)
    np.testing.assert_allclose(space.difference(space.interpolate(x, y, 1.0), y), 0, atol=1e-9)
    np.testing.assert_allclose(space.difference(x, space.interpolate(x, y, 0.25)), 0.25 * v, atol=1e-9)
    np.testing.assert_allclose(space.difference(space.neutral(), space.neutral()), 0, atol=1e-12)
    assert space.isNormalized(space.neutral()) and space.rand().shape == (space.nx,)
    assert space.tangent_space().nx == space.ndx


def test_jacobians(space, rng):
    check_space(space, systems.random_state(space, rng), 0.3 * rng.standard_normal(space.ndx), atol=1e-5)


def test_in_place(space, rng):
    x, v = systems.random_state(space, rng), 0.3 * rng.standard_normal(space.ndx)
    y = space.integrate(x, v)
    out, dx = np.empty(space.nx), np.empty(space.ndx)
    space.integrate(x, v, out)
    np.testing.assert_array_equal(out, y)
    space.difference(x, y, dx)
    np.testing.assert_array_equal(dx, space.difference(x, y))
    for order in "CF":
        J = np.empty((space.ndx, space.ndx), order=order)
        space.Jintegrate(x, v, J, 1)
        np.testing.assert_array_equal(J, space.Jintegrate(x, v, 1))
        space.Jdifference(x, y, J, 0)
        np.testing.assert_array_equal(J, space.Jdifference(x, y, 0))


def test_transport(space, rng):
    """Transporting the identity gives the Jacobian in v."""
    x, v = systems.random_state(space, rng), 0.3 * rng.standard_normal(space.ndx)
    J = np.eye(space.ndx)
    space.JintegrateTransport(x, v, J, 1)
    np.testing.assert_allclose(J @ np.linalg.inv(J), np.eye(space.ndx), atol=1e-9)


def test_product():
    product = manifolds.SO2() * manifolds.VectorSpace(2) * manifolds.R()
    assert product.num_components == 3 and (product.nx, product.ndx) == (5, 4)
    x = product.merge([np.array([1.0, 0.0]), np.array([2.0, 3.0]), np.array([4.0])])
    np.testing.assert_array_equal(x, [1, 0, 2, 3, 4])
    parts = product.split(x)
    assert [len(p) for p in parts] == [2, 2, 1]
    np.testing.assert_array_equal(parts[1], [2, 3])
    assert [len(p) for p in product.split_vector(np.zeros(4))] == [1, 2, 1]
    assert isinstance(product.getComponent(0), manifolds.SO2)
    built = manifolds.CartesianProduct()
    built.addComponent(manifolds.R3())
    assert built.nx == 3
    assert manifolds.CartesianProduct([manifolds.R(), manifolds.R2()]).nx == 3
    with pytest.raises(IndexError):
        product.getComponent(3)


def test_models_cross_the_border(body):
    space = manifolds.MultibodyPhaseSpace(body)
    assert (space.nx, space.ndx) == (body.nq + body.nv, 2 * body.nv)
    assert space.model == body and space.base.model == body
    model = space.model
    del space
    assert model.nq == body.nq  # keeps the space alive
