"""The nearest demonstration, followed with its gains."""

import numpy as np
import pytest
from tracking import EXACT, THETA, WITH, Tracking

from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.policies import ChunkPolicy, Policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.solve import value_of
from sobolev_diffusion.warm_start.rollout import roll_out

ELSEWHERE = THETA + np.array([4.0, -3.0, 5.0, 3.0, 4.0, -4.0])
"""Another start and another target."""


def following(runs, in_parameters=True):
    gains = runs.parameter_gains if in_parameters else None
    return NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains, gains)


def demonstrated(task):
    runs = solve_instances(task, WITH, [0, 1], [THETA, ELSEWHERE])
    assert runs.converged.all()
    return runs


@pytest.fixture(scope="module")
def task():
    return Tracking()


@pytest.fixture(scope="module")
def runs(task):
    return demonstrated(task)


@pytest.mark.parametrize("options", [{}, {"end": True}, {"path": True}])
def test_gains_in_the_parameters_lead_to_the_solution_for_another_target(options):
    task = Tracking(**options)
    thetas = [near + np.array([0.1, -0.2, 0.1, 0.3, -0.5, 0.4]) for near in (ELSEWHERE, THETA)]
    runs = demonstrated(task)
    solved = solve_instances(task, EXACT, [0, 1], thetas)
    led, held = (roll_out(task, following(runs, each), thetas, 1, []) for each in (True, False))
    np.testing.assert_allclose(led.us, solved.us, atol=1e-4)
    np.testing.assert_allclose(led.xs, solved.xs, atol=1e-4)
    assert np.abs(held.us - solved.us).max() > 0.1
    for i, theta in enumerate(thetas):
        problem = task.problem(theta)
        assert value_of(problem, held.xs[i], held.us[i]).cost > solved.cost[i] + 0.1


@pytest.mark.parametrize("in_parameters", [False, True])
def test_nothing_is_added_where_the_parameters_are_those_demonstrated(task, runs, in_parameters):
    rollouts = roll_out(task, following(runs, in_parameters), list(runs.theta[::-1]), 1, [])
    np.testing.assert_allclose(rollouts.us, runs.us[::-1], atol=1e-6)
    np.testing.assert_allclose(rollouts.xs, runs.xs[::-1], atol=1e-6)


def test_controls_stay_within_the_limits(runs):
    task = Tracking()
    task.lower, task.upper = np.full(2, -0.2), np.full(2, 0.1)
    rollouts = roll_out(task, following(runs), [THETA + 0.3], 1, [])
    assert rollouts.us.min() == -0.2
    assert rollouts.us.max() == 0.1


@pytest.mark.parametrize("in_parameters", [False, True])
def test_file_round_trip(task, runs, in_parameters, tmp_path):
    policy = following(runs, in_parameters)
    policy.save(tmp_path / "a.safetensors")
    loaded = Policy.load(tmp_path / "a.safetensors")
    loaded.save(tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert loaded.config.parameters == in_parameters
    theta = ELSEWHERE + 0.1
    ours, theirs = (roll_out(task, each, [theta], 1, []) for each in (policy, loaded))
    np.testing.assert_array_equal(ours.us, theirs.us)


def test_a_policy_of_another_kind_is_told_apart(runs, tmp_path):
    following(runs).save(tmp_path / "nearest.safetensors")
    with pytest.raises(BadArtefact, match="is a policy of the kind nearest; take one that is a ChunkPolicy"):
        ChunkPolicy.load(tmp_path / "nearest.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    with pytest.raises(BadArtefact, match="not a policy"):
        Policy.load(tmp_path / "broken.safetensors")
    with pytest.raises(ValueError, match="no demonstration"):
        following(runs.take(np.zeros(2, dtype=bool)))
