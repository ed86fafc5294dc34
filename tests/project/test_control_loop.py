"""The example of a control loop: where it starts from, and what becomes of a shifted plan."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
import control_loop as loop


@pytest.fixture(scope="module")
def learnt():
    task = loop.CartPoleToPlace()
    return task, loop.learn(task, demonstrations=5, epochs=1)


def drive(learnt, start, pushes=(), steps=6):
    task, policy = learnt
    theta = np.array([0.1, 0.1, 0.0, 0.0, -0.2])
    rng = np.random.default_rng(0)
    return loop.drive(
        task, policy, [theta] * steps, start, loop.COLD, loop.WARM, rng, dict.fromkeys(pushes, PUSH)
    )


PUSH = np.array([0.0, 0.0, 0.0, 2.0])


def test_an_undisturbed_plan_stays_one(learnt):
    driven = drive(learnt, "shifted")
    assert driven.converged == [True] * 5
    assert max(driven.iterations) <= 2
    assert driven.from_policy == [False] * 5


def test_a_push_costs(learnt):
    assert drive(learnt, "shifted", pushes=[2]).cost > 1.2 * drive(learnt, "shifted").cost


def test_the_better_start_is_taken(learnt):
    """This policy has hardly learnt: the shifted plan is better, and drives as it does alone."""
    assert drive(learnt, "policy").from_policy == [True] * 5
    better = drive(learnt, "better")
    assert better.from_policy == [False] * 5
    assert better.cost == drive(learnt, "shifted").cost


def test_a_robot_that_runs_away_is_lost(learnt, monkeypatch):
    monkeypatch.setattr(loop, "RUNAWAY", 1.0)
    driven = drive(learnt, "shifted", pushes=[2])
    assert driven.cost == np.inf
    assert len(driven.iterations) < 5
