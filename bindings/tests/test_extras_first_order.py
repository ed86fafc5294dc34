"""Gradients of an LQR along a trajectory, and refusals by name."""

import numpy as np
import problems
import pytest

import aligator
from aligator import extras


def test_of_an_lqr():
    problem, (A, B, c, Q, R, Qf, _) = problems.lqr()
    rng = np.random.default_rng(0)
    xs = [rng.normal(size=len(A)) for _ in range(problem.num_steps + 1)]
    us = [rng.normal(size=B.shape[1]) for _ in range(problem.num_steps)]
    l_x, l_u, ahead, h = extras.firstOrder(problem, xs, us, aligator.TrajOptData(problem))
    np.testing.assert_allclose(l_x, [*(Q @ x for x in xs[:-1]), Qf @ xs[-1]], atol=1e-12)
    np.testing.assert_allclose(l_u, [R @ u for u in us], atol=1e-12)
    np.testing.assert_allclose(ahead, [A @ x + B @ u + c for x, u in zip(xs[:-1], us)], atol=1e-12)
    assert h == [[] for _ in xs]


def test_constraints_are_listed_stage_by_stage(arm):
    problem = problems.reaching(arm)
    xs, us = [problem.x0_init] * (problem.num_steps + 1), [0.3 * np.ones(2)] * problem.num_steps
    data = aligator.TrajOptData(problem)
    *_, h = extras.firstOrder(problem, xs, us, data)
    problem.evaluate(xs, us, data)
    expected = [*(stage.constraint_data for stage in data.stage_data), data.term_constraint]
    assert [len(each) for each in h] == [len(each) for each in expected]
    for ours, theirs in zip(h, expected):
        for value, reference in zip(ours, theirs):
            np.testing.assert_array_equal(value, reference.value)


def test_refusals(arm):
    problem, *_ = problems.lqr()
    data = aligator.TrajOptData(problem)
    xs, us = [np.zeros(4)] * (problem.num_steps + 1), [np.zeros(2)] * problem.num_steps
    with pytest.raises(ValueError, match="xs"):
        extras.firstOrder(problem, xs[1:], us, data)
    with pytest.raises(ValueError, match="us"):
        extras.firstOrder(problem, xs, us[1:], data)
    with pytest.raises(ValueError, match="data"):
        extras.firstOrder(problem, xs, us, aligator.TrajOptData(problems.reaching(arm)))
