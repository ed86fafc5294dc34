import numpy as np
import pinocchio as pin
import pytest
import systems
from derivatives import check_dynamics, check_ode

import aligator
from aligator import dynamics, manifolds

INTEGRATORS = {
    "IntegratorEuler": dynamics.IntegratorEuler,
    "IntegratorSemiImplEuler": dynamics.IntegratorSemiImplEuler,
    "IntegratorRK2": dynamics.IntegratorRK2,
}


@pytest.fixture(params=["arm", "floating body"])
def ode(request, arm, body):
    model = {"arm": arm, "floating body": body}[request.param]
    actuation = np.eye(model.nv)[:, -2:] if request.param == "floating body" else np.eye(model.nv)
    return dynamics.MultibodyFreeFwdDynamics(manifolds.MultibodyPhaseSpace(model), actuation)


def test_free_forward_dynamics(ode, rng):
    model = ode.space.model
    x, u = systems.random_state(ode.space, rng), rng.standard_normal(ode.nu)
    data = ode.createData()
    ode.forward(x, u, data)
    a = pin.aba(model, model.createData(), x[: model.nq], x[model.nq :], ode.actuation_matrix @ u)
    np.testing.assert_allclose(data.xdot, np.concatenate([x[model.nq :], a]))
    check_ode(ode, ode.space, x, u, atol=1e-5)
    assert ode.ntau == model.nv and ode.isUnderactuated == (ode.nu < model.nv)
    assert ode.actuationMatrixRank == ode.nu


@pytest.mark.parametrize("name", INTEGRATORS)
def test_integrators(name, ode, rng):
    integrator = INTEGRATORS[name](ode, 0.01)
    x, u = systems.random_state(ode.space, rng), rng.standard_normal(ode.nu)
    check_dynamics(integrator, x, u, atol=1e-5)
    assert integrator.timestep == 0.01 and isinstance(
        integrator.differential_dynamics, dynamics.MultibodyFreeFwdDynamics
    )


def test_order_of_integrators():
    """Error of one second of a harmonic oscillator."""
    A = np.array([[0.0, 1.0], [-1.0, 0.0]])
    ode = dynamics.LinearODE(A, np.zeros((2, 1)), np.zeros(2))
    exact = np.array([np.cos(1.0), -np.sin(1.0)])

    def error(cls, n):
        xs = aligator.rollout(cls(ode, 1 / n), np.array([1.0, 0.0]), [np.zeros(1)] * n)
        return np.linalg.norm(xs[-1] - exact)

    assert 1.9 < error(dynamics.IntegratorEuler, 100) / error(dynamics.IntegratorEuler, 200) < 2.1
    assert 3.9 < error(dynamics.IntegratorRK2, 100) / error(dynamics.IntegratorRK2, 200) < 4.1


def test_linear(rng):
    A, B, c = rng.standard_normal((3, 3)), rng.standard_normal((3, 2)), rng.standard_normal(3)
    x, u = rng.standard_normal(3), rng.standard_normal(2)
    ode = dynamics.LinearODE(A, B, c)
    data = ode.createData()
    ode.forward(x, u, data)
    np.testing.assert_allclose(data.xdot, A @ x + B @ u + c)
    check_ode(ode, manifolds.VectorSpace(3), x, u)
    check_ode(dynamics.LinearODE(manifolds.R3(), A, B, c), manifolds.R3(), x, u)
    discrete = dynamics.LinearDiscreteDynamics(A, B, c)
    check_dynamics(discrete, x, u)
    np.testing.assert_array_equal(discrete.A, A)
    residual = ode.createData()
    ode.evaluate(x, u, np.ones(3), residual)
    np.testing.assert_allclose(residual.value, A @ x + B @ u + c - 1)


def test_wheeled_inverted_pendulum(rng):
    ode = dynamics.WheeledInvertedPendulumDynamics(9.81, 0.5)
    check_ode(ode, manifolds.VectorSpace(7), rng.standard_normal(7), rng.standard_normal(2))
    with pytest.raises(ValueError, match="length"):
        dynamics.WheeledInvertedPendulumDynamics(9.81, 0.0)


def test_direct_sum(rng):
    first = dynamics.LinearDiscreteDynamics(np.eye(2), np.ones((2, 1)), np.zeros(2))
    second = dynamics.LinearDiscreteDynamics(2 * np.eye(1), np.ones((1, 1)), np.ones(1))
    both = aligator.directSum(first, second)
    assert isinstance(both, aligator.DirectSumExplicitDynamics) and both.nu == 2
    check_dynamics(both, rng.standard_normal(3), rng.standard_normal(2))


def test_finite_difference_helper(arm, rng):
    space = manifolds.MultibodyPhaseSpace(arm)
    exact = dynamics.IntegratorSemiImplEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.02)
    helper = aligator.DynamicsFiniteDifferenceHelper(space, exact, 1e-7)
    check_dynamics(helper, systems.random_state(space, rng), rng.standard_normal(2), atol=1e-5)


def test_contact(body, rng):
    """Forward dynamics and residuals with the foot held in place."""
    space = manifolds.MultibodyPhaseSpace(body)
    foot = body.frames[body.getFrameId("foot")]
    contact = pin.RigidConstraintModel(
        pin.ContactType.CONTACT_6D, body, foot.parentJoint, foot.placement, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED
    )
    contact.name = "foot"
    settings = pin.ProximalSettings(1e-9, 1e-9, 20)
    actuation = np.eye(body.nv)[:, 6:]
    ode = dynamics.MultibodyConstraintFwdDynamics(space, actuation, [contact], settings)
    x, u = systems.random_state(space, rng), np.ones(1)
    x[body.nq :] = 0
    data = ode.createData()
    ode.forward(x, u, data)
    np.testing.assert_allclose(data.xdot[body.nv : body.nv + 6], 0, atol=1e-6)  # the root does not accelerate
    assert len(ode.constraint_models) == 1
    check_ode(ode, space, x, u, atol=1e-3)

    assert len(data.constraint_datas) == 1

    force = aligator.ContactForceResidual(space.ndx, body, actuation, [contact], settings, np.zeros(6), "foot")
    fdata = force.createData()
    force.evaluate(x, u, fdata)
    assert abs(fdata.value[2]) > 1  # it carries weight
    wrench = aligator.MultibodyWrenchConeResidual(
        space.ndx, body, actuation, [contact], settings, "foot", 0.7, 0.1, 0.05
    )
    wrench.evaluate(x, u, wdata := wrench.createData())
    assert wdata.value.shape == (17,)
    with pytest.raises(RuntimeError):
        aligator.ContactForceResidual(space.ndx, body, actuation, [contact], settings, np.zeros(6), "hand")


def test_constrained_inverse_dynamics(body):
    """Standing on a foot: the contact carries the weight, and the controls hold the arm."""
    foot, actuation = body.frames[body.getFrameId("foot")], np.eye(body.nv)[:, 6:]
    contact = pin.RigidConstraintModel(
        pin.ContactType.CONTACT_6D, body, foot.parentJoint, foot.placement, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED
    )
    models, datas = pin.StdVec_RigidConstraintModel(), pin.StdVec_RigidConstraintData()
    models.append(contact)
    datas.append(contact.createData())
    q, v, data = pin.neutral(body), np.zeros(body.nv), body.createData()
    q[-1] = 0.3
    u, forces = aligator.underactuatedConstrainedInverseDynamics(body, data, q, v, actuation, models, datas)
    weight = 9.81 * sum(inertia.mass for inertia in body.inertias)
    np.testing.assert_allclose(np.abs(forces[2]), weight, rtol=1e-6)
    np.testing.assert_allclose(u, pin.rnea(body, data, q, v, np.zeros(body.nv))[6:], atol=1e-9)
    from_lists = aligator.underactuatedConstrainedInverseDynamics(
        body, data, q, v, actuation, [contact], [contact.createData()]
    )
    np.testing.assert_allclose(from_lists[0], u)
    # The same contact twice: of the forces that hold the robot, the smallest, half of them each.
    twice = aligator.underactuatedConstrainedInverseDynamics(
        body, data, q, v, actuation, [contact] * 2, [contact.createData(), contact.createData()]
    )
    np.testing.assert_allclose(twice[0], u, atol=1e-9)
    np.testing.assert_allclose(twice[1], np.tile(forces / 2, 2), atol=1e-9)
    with pytest.raises(ValueError, match="constraint_data: number"):
        aligator.underactuatedConstrainedInverseDynamics(
            body, data, q, v, actuation, models, pin.StdVec_RigidConstraintData()
        )


def test_centroidal_dynamics(body, rng):
    contacts = aligator.ContactMap(["left", "right"], [True, False], [np.zeros(3), np.array([0.0, 0.3, 0.0])])
    gravity = np.array([0, 0, -9.81])
    direct = dynamics.CentroidalFwdDynamics(manifolds.VectorSpace(9), 10.0, gravity, contacts, 3)
    check_ode(direct, manifolds.VectorSpace(9), rng.standard_normal(9), rng.standard_normal(6), atol=1e-5)
    smooth = dynamics.ContinuousCentroidalFwdDynamics(manifolds.VectorSpace(15), 10.0, gravity, contacts, 3)
    check_ode(smooth, manifolds.VectorSpace(15), rng.standard_normal(15), rng.standard_normal(6), atol=1e-5)
    space = manifolds.MultibodyPhaseSpace(body)
    kino = dynamics.KinodynamicsFwdDynamics(space, body, gravity, [True], [body.getFrameId("foot")], 3)
    x, u = systems.random_state(space, rng), rng.standard_normal(kino.nu)
    data = kino.createData()
    kino.forward(x, u, data)
    assert np.isfinite(data.xdot).all()


def test_rollout(arm, rng):
    space = manifolds.MultibodyPhaseSpace(arm)
    step = dynamics.IntegratorSemiImplEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.02)
    us = [rng.standard_normal(2) for _ in range(5)]
    x0 = systems.random_state(space, rng)
    xs = aligator.rollout(step, x0, us)
    assert len(xs) == 6
    data = step.createData()
    for x, u, following in zip(xs, us, xs[1:]):
        step.forward(x, u, data)
        np.testing.assert_array_equal(data.xnext, following)
    for a, b in zip(xs, aligator.rollout([step] * 5, x0, us)):
        np.testing.assert_array_equal(a, b)
