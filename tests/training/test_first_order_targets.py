"""Equations (2) and (7) against products written out."""

import numpy as np
import pytest

from sobolev_diffusion.training.first_order_targets import action_sensitivities

RNG = np.random.default_rng(0)


def test_linear_closed_loop_is_exact():
    horizon, ndx, nu, length = 12, 3, 2, 5
    A, B = RNG.normal(size=(horizon, ndx, ndx)), RNG.normal(size=(horizon, ndx, nu))
    K = RNG.normal(size=(horizon, nu, ndx))
    action_x, action_u = (
        RNG.normal(size=(horizon, 4, ndx)),
        RNG.normal(size=(horizon, 4, nu)),
    )
    targets = action_sensitivities(K, A, B, action_x, action_u, length)
    assert targets.shape == (horizon - length + 1, length, 4, ndx)
    for t in range(horizon - length + 1):
        for column, x in enumerate(np.eye(ndx)):
            for k in range(length):
                u = K[t + k] @ x
                x = A[t + k] @ x + B[t + k] @ u
                expected = action_x[t + k] @ x + action_u[t + k] @ u
                np.testing.assert_allclose(targets[t, k, :, column], expected, rtol=1e-10, atol=1e-12)


def test_chunk_longer_than_trajectory_is_refused():
    zeros = np.zeros((4, 1, 1))
    with pytest.raises(ValueError, match="does not fit"):
        action_sensitivities(zeros, zeros, zeros, zeros, zeros, 5)
