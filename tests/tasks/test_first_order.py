"""Gradients along a trajectory: in C++ those of the problem's own evaluation, bit for bit."""

import aligator
import numpy as np
import pytest
from configurations import project

from sobolev_diffusion.tasks import first_order
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_differences, derive_by_parameters
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.reused_problem import ReusedProblem

TASKS = project().tasks


@pytest.mark.skipif(first_order._IN_CPP is None, reason="the official aligator has no extras")
@pytest.mark.parametrize("name", ["pendulum", "ur5_full_random", "quadrotor_columns_1"])
def test_bits(name, monkeypatch):
    task = make_task(name, TASKS[name])
    theta = instance(task, TRAINING, 0, 0)
    xs, us = task.guess(theta)
    us = us + np.random.default_rng(0).normal(size=us.shape)
    problem = task.problem(theta)
    *ours, h = first_order.first_order(problem, xs, us, aligator.TrajOptData(problem))
    monkeypatch.setattr(first_order, "_IN_CPP", None)
    *theirs, h_reference = first_order.first_order(problem, xs, us, aligator.TrajOptData(problem))
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        assert a.tobytes() == b.tobytes()
    assert [[each.tobytes() for each in stage] for stage in h] == [
        [each.tobytes() for each in stage] for stage in h_reference
    ]
    assert len(h) == task.horizon + 1
    assert np.abs(ours[1]).max() > 0


def test_a_problem_may_be_used_for_many_instances():
    task = make_task("ur5_small_random", TASKS["ur5_small_random"])
    reused = ReusedProblem(task)
    for number in range(2):
        theta = instance(task, TRAINING, 0, number)
        xs, us = task.guess(theta)
        ours, alone = (derive_by_differences(task, theta, xs, us, each) for each in (reused, None))
        for part in ("l_xp", "l_up", "f_p"):
            assert getattr(ours, part).tobytes() == getattr(alone, part).tobytes()
        problem = task.problem(theta)
        at_hand = problem, aligator.TrajOptData(problem)
        ours, theirs, alone = (
            derive_by_parameters(task, theta, xs, us, *each) for each in ((at_hand,), (None, reused), ())
        )
        for part in ("l_xp", "l_up"):
            assert getattr(ours, part).tobytes() == getattr(alone, part).tobytes()
            assert getattr(theirs, part).tobytes() == getattr(alone, part).tobytes()
