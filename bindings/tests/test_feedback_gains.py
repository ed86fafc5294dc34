"""Gains of one sweep: those of the LQR, and refusals by name."""

import numpy as np
import problems
import pytest
from scipy.linalg import cython_blas, cython_lapack

import aligator
from aligator import extras

BLAS = {name: cython_blas.__pyx_capi__[name] for name in ("dgemm", "dsyrk", "dgemv", "ddot")}
BLAS["dgesv"] = cython_lapack.__pyx_capi__["dgesv"]


@pytest.fixture
def lqr():
    problem, matrices = problems.lqr()
    xs, us, gains, _ = problems.riccati(*matrices, horizon=problem.num_steps)
    data = aligator.TrajOptData(problem)
    problem.evaluate(list(xs), list(us), data)
    problem.computeDerivatives(list(xs), list(us), data)
    return problem, data, gains, matrices


def empty(problem):
    return [np.zeros(0)] * (problem.num_steps + 1)


def test_they_are_those_of_the_lqr(lqr):
    problem, data, gains, (A, B, *_) = lqr
    K, f_x, f_u, K_p = extras.feedbackGains(problem, data, empty(problem), 1.0, BLAS)
    np.testing.assert_allclose(K, gains, rtol=1e-9, atol=1e-12)
    assert all(np.array_equal(each, A) for each in f_x) and all(np.array_equal(each, B) for each in f_u)
    assert K_p is None


def test_of_a_parameter_that_is_a_further_state(lqr):
    """x' = A x + B u + F p: K_p of a constant push is what the sweep of the LQR with p as a state gives."""
    problem, data, _, (A, B, _, Q, R, Qf, _) = lqr
    horizon, ndx, nu, n_p = problem.num_steps, len(A), B.shape[1], 2
    F = np.random.default_rng(0).normal(size=(ndx, n_p))
    parts = (np.zeros((horizon + 1, ndx, n_p)), np.zeros((horizon, nu, n_p)), np.tile(F, (horizon, 1, 1)))
    *_, K_p = extras.feedbackGains(problem, data, empty(problem), 1.0, BLAS, (*parts, [[]] * (horizon + 1)))
    wide = np.block([[A, F], [np.zeros((n_p, ndx)), np.eye(n_p)]])
    pushed = np.vstack([B, np.zeros((n_p, nu))])

    def padded(M):
        return np.pad(M, (0, n_p))

    P = padded(Qf)
    for t in reversed(range(horizon)):
        K = -np.linalg.solve(R + pushed.T @ P @ pushed, pushed.T @ P @ wide)
        P = padded(Q) + wide.T @ P @ (wide + pushed @ K)
        np.testing.assert_allclose(K[:, ndx:], K_p[t], rtol=1e-8, atol=1e-10)


def test_refusals(lqr, arm):
    problem, data, *_ = lqr
    multipliers = empty(problem)
    with pytest.raises(ValueError, match="multipliers: expected 21, got 20"):
        extras.feedbackGains(problem, data, multipliers[1:], 1.0, BLAS)
    with pytest.raises(ValueError, match=r"multipliers\[3\]: expected 0 numbers, got 2"):
        extras.feedbackGains(problem, data, [*multipliers[:3], np.ones(2), *multipliers[4:]], 1.0, BLAS)
    with pytest.raises(ValueError, match="mu: expected a number > 0, got 0"):
        extras.feedbackGains(problem, data, multipliers, 0.0, BLAS)
    with pytest.raises(ValueError, match="blas: expected a capsule dgesv"):
        extras.feedbackGains(problem, data, multipliers, 1.0, {k: BLAS[k] for k in BLAS if k != "dgesv"})
    with pytest.raises(ValueError, match="blas: dgemm: expected void"):
        extras.feedbackGains(problem, data, multipliers, 1.0, {**BLAS, "dgemm": BLAS["dgesv"]})
    with pytest.raises(ValueError, match="by_parameters: expected"):
        extras.feedbackGains(problem, data, multipliers, 1.0, BLAS, (1, 2))
    wrong = (np.zeros((21, 5, 2)), np.zeros((20, 1, 2)), np.zeros((20, 5, 2)), [[]] * 21)
    with pytest.raises(ValueError, match="by_parameters: l_"):
        extras.feedbackGains(problem, data, multipliers, 1.0, BLAS, wrong)
    other = aligator.TrajOptData(problems.reaching(arm))
    with pytest.raises(ValueError, match="data"):
        extras.feedbackGains(problem, other, multipliers, 1.0, BLAS)
