"""What the solver starts from of a rollout."""

import numpy as np
import pytest

from sobolev_diffusion.config import SolverConfig, TaskConfig, WarmConfig
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.initial_guess import warm_guess
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.closed_loop import follow
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import make_task

SOLVER = {"step_acceptance": "armijo", "mu": 1e-3}


@pytest.fixture(scope="module")
def task():
    return make_task("ur5", TaskConfig(options={"full_init": True, "random_target": False}))


@pytest.fixture(scope="module")
def followed(task):
    """Rollouts of one solution from where three other instances start."""
    thetas = [task.sample(stream("warm guess", number)) for number in range(4)]
    solved = solve_instances(task, SolverConfig(**SOLVER), range(1), thetas[:1])
    leader = solved.xs[0], solved.us[0], solved.gains[0]
    return [(theta, *follow(task, *leader, task.initial_state(theta))) for theta in thetas[1:]]


def test_states_are_those_of_the_rollout_and_controls_as_configured(task, followed):
    _, xs, us = followed[0]
    for controls in ("rollout", "resting"):
        states, given = warm_guess(task, xs, us, WarmConfig(controls=controls))
        np.testing.assert_array_equal(states, xs)
        expected = us if controls == "rollout" else [task.resting_control(x) for x in xs[:-1]]
        np.testing.assert_array_equal(given, expected)


def test_the_solver_creeps_from_controls_at_their_limits(task, followed):
    assert all((np.abs(us) == task.upper).any() for _, _, us in followed)

    def iterations(controls):
        config = WarmConfig(**SOLVER, controls=controls, max_iterations=300)
        return sum(
            solve(task.problem(theta), warm_guess(task, xs, us, config), config).iterations
            for theta, xs, us in followed
        )

    assert 2 * iterations("resting") < iterations("rollout")
