"""The one home of the checks of derivatives against finite differences."""

import numpy as np

STEP = 1e-6


def _columns(value, n, move):
    """Central differences of `value(move(eps, i))` for i < n, as columns."""
    columns = [(value(move(STEP, i)) - value(move(-STEP, i))) / (2 * STEP) for i in range(n)]
    return np.stack(columns, axis=-1) if columns else np.zeros((len(np.atleast_1d(value(move(0, 0)))), 0))


def _moves(space, x, u):
    def along_x(eps, i):
        return space.integrate(x, eps * np.eye(space.ndx)[i]), u

    def along_u(eps, i):
        return x, u + eps * np.eye(len(u))[i]

    return along_x, along_u


def check_function(function, space, x, u, atol=1e-6):
    """Jacobians of a StageFunction."""
    data, other = function.createData(), function.createData()
    along_x, along_u = _moves(space, x, u)

    def value(point):
        function.evaluate(*point, other)
        return other.value.copy()

    function.evaluate(x, u, data)
    function.computeJacobians(x, u, data)
    assert data.value.shape == (function.nr,)
    np.testing.assert_allclose(data.Jx, _columns(value, space.ndx, along_x), atol=atol)
    if len(u):
        np.testing.assert_allclose(data.Ju, _columns(value, len(u), along_u), atol=atol)


def check_cost(cost, space, x, u, hessian="exact", atol=1e-6):
    """Gradient of a cost and, if `hessian` is "exact", its Hessian as the Jacobian of the gradient."""
    data, other = cost.createData(), cost.createData()
    along_x, along_u = _moves(space, x, u)

    def value(point):
        cost.evaluate(*point, other)
        return np.array(other.value)

    def gradient(point):
        cost.evaluate(*point, other)
        cost.computeGradients(*point, other)
        return other.grad.copy()

    cost.evaluate(x, u, data)
    cost.computeGradients(x, u, data)
    cost.computeHessians(x, u, data)
    np.testing.assert_allclose(data.Lx, _columns(value, space.ndx, along_x), atol=atol)
    np.testing.assert_allclose(data.Lu, _columns(value, len(u), along_u), atol=atol)
    np.testing.assert_allclose(data.hess, data.hess.T, atol=1e-12)
    if hessian == "exact":
        np.testing.assert_allclose(data.hess[:, : space.ndx], _columns(gradient, space.ndx, along_x), atol=atol)
        np.testing.assert_allclose(data.hess[:, space.ndx :], _columns(gradient, len(u), along_u), atol=atol)


def check_ode(ode, space, x, u, atol=1e-6):
    """Jacobians of an ODE."""
    data, other = ode.createData(), ode.createData()
    along_x, along_u = _moves(space, x, u)

    def value(point):
        ode.forward(*point, other)
        return other.xdot.copy()

    ode.forward(x, u, data)
    ode.dForward(x, u, data)
    np.testing.assert_allclose(data.Jx, _columns(value, space.ndx, along_x), atol=atol)
    np.testing.assert_allclose(data.Ju, _columns(value, len(u), along_u), atol=atol)


def check_dynamics(dynamics, x, u, atol=1e-6):
    """Jacobians of discrete dynamics, in the tangent space at the next state."""
    space = dynamics.space
    data, other = dynamics.createData(), dynamics.createData()
    dynamics.forward(x, u, data)
    dynamics.dForward(x, u, data)
    along_x, along_u = _moves(space, x, u)

    def value(point):
        dynamics.forward(*point, other)
        return dynamics.space_next.difference(data.xnext, other.xnext)

    np.testing.assert_allclose(data.Jx, _columns(value, space.ndx, along_x), atol=atol)
    np.testing.assert_allclose(data.Ju, _columns(value, len(u), along_u), atol=atol)


def check_implicit_dynamics(dynamics, x, u, xn, atol=1e-6):
    """Jacobians of implicit discrete dynamics in x, u and the next state."""
    data, other = dynamics.createData(), dynamics.createData()
    dynamics.evaluate(x, u, xn, data)
    dynamics.computeJacobians(x, u, xn, data)
    along_x, along_u = _moves(dynamics.space, x, u)
    along_next, _ = _moves(dynamics.space_next, xn, u)

    def value(point, following=xn):
        dynamics.evaluate(*point, following, other)
        return other.value.copy()

    np.testing.assert_allclose(data.Jx, _columns(value, dynamics.ndx1, along_x), atol=atol)
    np.testing.assert_allclose(data.Ju, _columns(value, len(u), along_u), atol=atol)
    at_next = _columns(lambda point: value((x, u), point[0]), dynamics.ndx2, along_next)
    np.testing.assert_allclose(data.Jy, at_next, atol=atol)


def check_space(space, x, v, atol=1e-6):
    """Jacobians of integrate() and difference()."""
    reached = space.integrate(x, v)
    unit = np.eye(space.ndx)

    def integrate(point):
        return space.difference(reached, space.integrate(*point))

    np.testing.assert_allclose(
        space.Jintegrate(x, v, 0),
        _columns(integrate, space.ndx, lambda eps, i: (space.integrate(x, eps * unit[i]), v)),
        atol=atol,
    )
    np.testing.assert_allclose(
        space.Jintegrate(x, v, 1), _columns(integrate, space.ndx, lambda eps, i: (x, v + eps * unit[i])), atol=atol
    )

    def difference(point):
        return space.difference(*point)

    np.testing.assert_allclose(
        space.Jdifference(x, reached, 0),
        _columns(difference, space.ndx, lambda eps, i: (space.integrate(x, eps * unit[i]), reached)),
        atol=atol,
    )
    np.testing.assert_allclose(
        space.Jdifference(x, reached, 1),
        _columns(difference, space.ndx, lambda eps, i: (x, space.integrate(reached, eps * unit[i]))),
        atol=atol,
    )
