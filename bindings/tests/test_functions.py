import numpy as np
import pinocchio as pin
import pytest
import systems
from derivatives import check_function

import aligator
from aligator import manifolds

NU = 3


@pytest.fixture(scope="module")
def space():
    return manifolds.MultibodyPhaseSpace(systems.floating_body())


def residuals(space):
    model, ndx = space.model, space.ndx
    hand, foot = model.getFrameId("hand"), model.getFrameId("foot")
    target = space.integrate(space.neutral(), 0.1 * np.arange(ndx))
    rows = np.random.default_rng(1).standard_normal
    return {
        "StateErrorResidual": aligator.StateErrorResidual(space, NU, target),
        "ControlErrorResidual": aligator.ControlErrorResidual(ndx, np.arange(3.0)),
        "ControlErrorResidual on a space": aligator.ControlErrorResidual(ndx, manifolds.R3(), np.ones(3)),
        "FramePlacementResidual": aligator.FramePlacementResidual(ndx, NU, model, pin.SE3.Identity(), hand),
        "FrameTranslationResidual": aligator.FrameTranslationResidual(ndx, NU, model, np.ones(3), hand),
        "FrameVelocityResidual local": aligator.FrameVelocityResidual(
            ndx, NU, model, pin.Motion.Zero(), hand, pin.ReferenceFrame.LOCAL
        ),
        "FrameVelocityResidual world": aligator.FrameVelocityResidual(
            ndx, NU, model, pin.Motion.Zero(), hand, pin.ReferenceFrame.WORLD
        ),
        "FrameEqualityResidual": aligator.FrameEqualityResidual(ndx, NU, model, hand, foot, pin.SE3.Identity()),
        "CenterOfMassTranslationResidual": aligator.CenterOfMassTranslationResidual(ndx, NU, model, np.ones(3)),
        "CenterOfMassVelocityResidual": aligator.CenterOfMassVelocityResidual(ndx, NU, model, np.ones(3)),
        "DCMPositionResidual": aligator.DCMPositionResidual(ndx, NU, model, np.ones(3), 0.3),
        "CentroidalMomentumResidual": aligator.CentroidalMomentumResidual(ndx, NU, model, np.ones(6)),
        "FlyHighResidual": aligator.FlyHighResidual(ndx, model, foot, 3.0, NU),
        "GravityCompensationResidual": aligator.GravityCompensationResidual(ndx, rows((model.nv, NU)), model),
        "StageFunctionSliceXpr": aligator.ControlErrorResidual(ndx, NU)[[2, 0]],
        "UnaryFunctionSliceXpr": aligator.FrameTranslationResidual(ndx, NU, model, np.ones(3), hand)[1],
        "LinearFunctionComposition": aligator.LinearFunctionComposition(
            aligator.ControlErrorResidual(ndx, NU), rows((2, 3)), rows(2)
        ),
        "LinearUnaryFunctionComposition": aligator.linear_compose(
            aligator.FrameTranslationResidual(ndx, NU, model, np.ones(3), hand), rows((2, 3)), rows(2)
        ),
    }


NAMES = list(residuals(manifolds.MultibodyPhaseSpace(systems.floating_body())))


def test_data_of_frame_residuals(space, rng):
    model, ndx = space.model, space.ndx
    hand, foot = model.getFrameId("hand"), model.getFrameId("foot")
    target, x = pin.SE3.Random(), systems.random_state(space, rng)
    placement = aligator.FramePlacementResidual(ndx, NU, model, target, hand)
    equality = aligator.FrameEqualityResidual(ndx, NU, model, hand, foot, target)
    data, pair = placement.createData(), equality.createData()
    for function, d in ((placement, data), (equality, pair)):
        function.evaluate(x, d)
        function.computeJacobians(x, d)
    frames = pair.pin_data.oMf
    np.testing.assert_allclose(data.rMf.homogeneous, (target.inverse() * frames[hand]).homogeneous, atol=1e-12)
    np.testing.assert_allclose(data.rJf, pin.Jlog6(data.rMf), atol=1e-12)
    np.testing.assert_allclose(data.Jx[:, : model.nv], data.rJf @ data.fJf, atol=1e-12)
    error = (frames[hand] * target).inverse() * frames[foot]
    np.testing.assert_allclose(pair.RMf2.homogeneous, error.homogeneous, atol=1e-12)
    assert pair.wJf1.shape == pair.wJf2.shape == (6, model.nv) and pair.RJlog6f2.shape == (6, 6)
    assert (equality.frame1_id, equality.frame2_id) == (hand, foot)


@pytest.mark.parametrize("name", NAMES)
def test_jacobians(name, space, rng):
    function = residuals(space)[name]
    assert function.ndx1 == space.ndx and function.nu == NU
    x, u = systems.random_state(space, rng), rng.standard_normal(NU)
    check_function(function, space, x, u, atol=2e-6)


def test_linear_function(rng):
    A, B, d = rng.standard_normal((3, 4)), rng.standard_normal((3, 2)), rng.standard_normal(3)
    function = aligator.LinearFunction(A, B, d)
    x, u = rng.standard_normal(4), rng.standard_normal(2)
    data = function.createData()
    function.evaluate(x, u, data)
    np.testing.assert_allclose(data.value, A @ x + B @ u + d)
    check_function(function, manifolds.VectorSpace(4), x, u)
    empty = aligator.LinearFunction(4, 2, 3)
    empty.A[:] = A
    np.testing.assert_array_equal(empty.A, A)


def test_references(space):
    model, ndx = space.model, space.ndx
    hand = model.getFrameId("hand")
    translation = aligator.FrameTranslationResidual(ndx, NU, model, np.ones(3), hand)
    translation.setReference(np.arange(3.0))
    np.testing.assert_array_equal(translation.getReference(), [0, 1, 2])
    assert translation.frame_id == hand
    placement = aligator.FramePlacementResidual(ndx, NU, model, pin.SE3.Identity(), hand)
    target = pin.SE3.Random()
    placement.setReference(target)
    assert placement.getReference().isApprox(target)
    velocity = aligator.FrameVelocityResidual(ndx, NU, model, pin.Motion.Zero(), hand, pin.ReferenceFrame.LOCAL)
    velocity.vref = pin.Motion(np.arange(6.0))
    np.testing.assert_array_equal(velocity.vref.np, np.arange(6))
    velocity.type = pin.ReferenceFrame.WORLD
    assert velocity.type == pin.ReferenceFrame.WORLD
    assert velocity.createData().pin_data.oMf is not None


def test_values(space):
    """What some residuals are, from Pinocchio."""
    model, ndx = space.model, space.ndx
    hand = model.getFrameId("hand")
    x = systems.random_state(space, np.random.default_rng(5))
    data = model.createData()
    pin.framesForwardKinematics(model, data, x[: model.nq])
    function = aligator.FrameTranslationResidual(ndx, NU, model, np.ones(3), hand)
    fdata = function.createData()
    function.evaluate(x, fdata)
    np.testing.assert_allclose(fdata.value, data.oMf[hand].translation - 1)
    com = aligator.CenterOfMassTranslationResidual(ndx, NU, model, np.zeros(3))
    cdata = com.createData()
    com.evaluate(x, cdata)
    np.testing.assert_allclose(cdata.value, pin.centerOfMass(model, data, x[: model.nq]))


def test_collision_distance(arm):
    coal = pytest.importorskip("coal")
    space = manifolds.MultibodyPhaseSpace(arm)
    geometry = pin.GeometryModel()
    tip = arm.getFrameId("tip")
    ball = pin.GeometryObject("ball", arm.frames[tip].parentJoint, tip, arm.frames[tip].placement, coal.Sphere(0.1))
    wall = pin.GeometryObject("wall", 0, 0, pin.SE3(np.eye(3), np.array([1.5, 0.2, 1.0])), coal.Sphere(0.2))
    first, second = geometry.addGeometryObject(ball), geometry.addGeometryObject(wall)
    geometry.addCollisionPair(pin.CollisionPair(first, second))
    function = aligator.FrameCollisionResidual(space.ndx, 2, arm, geometry, 0)
    x = np.array([0.3, -0.5, 0.1, 0.2])
    data, pdata = function.createData(), arm.createData()
    function.evaluate(x, data)
    pin.framesForwardKinematics(arm, pdata, x[:2])
    distance = np.linalg.norm(pdata.oMf[arm.getFrameId("tip")].translation - [1.5, 0.2, 1.0]) - 0.3
    np.testing.assert_allclose(np.abs(data.value), distance, atol=1e-6)
    check_function(function, space, x, np.zeros(2), atol=1e-4)
    with pytest.raises(ValueError, match="frame_pair_id"):
        aligator.FrameCollisionResidual(space.ndx, 2, arm, geometry, 1)


def test_slicing(space):
    function = aligator.ControlErrorResidual(space.ndx, NU)
    assert function[0].nr == 1 and function[:2].nr == 2 and function[-1].indices.tolist() == [2]
    assert isinstance(function[0].func, aligator.ControlErrorResidual)
    with pytest.raises(IndexError):
        function[3]
    for indices in ([0, 7], 3, -4, 10**30, np.array([5])):
        with pytest.raises(IndexError, match="of a function with 3 rows"):
            function[indices]
    for indices in (np.array([0, 2]), (0, 2), [np.int64(0), 2], range(0, 3, 2)):
        assert function[indices].indices.tolist() == [0, 2]
        assert aligator.StageFunctionSliceXpr(function, indices).nr == 2
    for key in ("a", "0", b"0", 1.0, [0.5], np.array([0.0, 2.0]), None, ["a"], {0: 1}, [True, False, True], [[0, 1]]):
        with pytest.raises(
            TypeError, match=r"^rows of a function: expected an index, a slice or a sequence of indices"
        ):
            function[key]


def test_finite_difference_helper(space, rng):
    exact = aligator.FrameTranslationResidual(space.ndx, NU, space.model, np.ones(3), space.model.getFrameId("hand"))
    helper = aligator.FiniteDifferenceHelper(space, exact, 1e-7)
    x, u = systems.random_state(space, rng), np.zeros(NU)
    data, reference = helper.createData(), exact.createData()
    helper.evaluate(x, u, data)
    helper.computeJacobians(x, u, data)
    exact.evaluate(x, reference)
    exact.computeJacobians(x, reference)
    np.testing.assert_allclose(data.value, reference.value)
    np.testing.assert_allclose(data.Jx, reference.Jx, atol=1e-5)


def test_centroidal(rng):
    contacts = aligator.ContactMap(["left", "right"], [True, True], [np.zeros(3), np.array([0.0, 0.3, 0.0])])
    ndx, nu, gravity = 9, 6, np.array([0, 0, -9.81])
    space = manifolds.VectorSpace(ndx)
    functions = [
        aligator.CentroidalCoMResidual(ndx, nu, np.ones(3)),
        aligator.LinearMomentumResidual(ndx, nu, np.ones(3)),
        aligator.AngularMomentumResidual(ndx, nu, np.ones(3)),
        aligator.CentroidalAccelerationResidual(ndx, nu, 10.0, gravity, contacts, 3),
        aligator.AngularAccelerationResidual(ndx, nu, 10.0, gravity, contacts, 3),
        aligator.CentroidalFrictionConeResidual(ndx, nu, 1, 0.7, 1e-3),
    ]
    x, u = rng.standard_normal(ndx), rng.standard_normal(nu) + 3
    for function in functions:
        check_function(function, space, x, u, atol=1e-5)
    wrapped = aligator.CentroidalWrapperResidual(functions[3])
    check_function(wrapped, manifolds.VectorSpace(ndx + nu), np.concatenate([x, u]), u, atol=1e-5)
    wrench = aligator.CentroidalWrenchConeResidual(ndx, 12, 1, 0.7, 0.1, 0.05)
    check_function(wrench, space, x, rng.standard_normal(12), atol=1e-5)
    assert contacts.getContactState("left") and contacts.size == 2
    with pytest.raises(RuntimeError):
        contacts.getContactPose("tail")
