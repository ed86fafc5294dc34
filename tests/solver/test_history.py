"""The history of a run is that of the run."""

import numpy as np
import pytest

from sobolev_diffusion import SolverConfig, solve
from sobolev_diffusion.tasks.pendulum import Pendulum

CONFIG = SolverConfig(step_acceptance="armijo", rollout="nonlinear", mu=1e-6)


@pytest.fixture(scope="module")
def run():
    task = Pendulum()
    theta = task.sample(np.random.default_rng(0))
    return task, theta, solve(task.problem(theta), task.guess(theta), CONFIG, with_history=True)


def test_there_is_a_row_for_every_iteration_and_the_last_is_the_solution(run):
    _, _, solution = run
    history = solution.history
    assert len(history.cost) == solution.iterations > 10
    assert history.cost[-1] == solution.cost
    assert history.primal_infeasibility[-1] <= CONFIG.tolerance
    assert np.all(np.diff(history.seconds) > 0)
    assert history.seconds[-1] <= solution.seconds


def test_noting_it_changes_nothing(run):
    task, theta, noted = run
    plain = solve(task.problem(theta), task.guess(theta), CONFIG)
    assert plain.history is None
    assert np.array_equal(plain.xs, noted.xs)
    assert np.array_equal(plain.us, noted.us)
    assert plain.iterations == noted.iterations


def test_cut_short_it_shows_the_way_so_far(run):
    task, theta, whole = run
    cut = solve(
        task.problem(theta),
        task.guess(theta),
        CONFIG.model_copy(update={"max_iterations": 5}),
        with_history=True,
    )
    assert np.array_equal(cut.history.cost, whole.history.cost[:5])
