"""Settings on which libaligator crashes do not end the user's process."""

import subprocess
import sys

import numpy as np
import pytest

from sobolev_diffusion.config import SolverConfig, TaskConfig
from sobolev_diffusion.solver.proxddp import may_crash
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.solver.workers import call_on_all, in_worker
from sobolev_diffusion.tasks.registry import make_task

CRASHING = """
import numpy as np
from sobolev_diffusion.config import SolverConfig, TaskConfig
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.registry import make_task

task = make_task("double_pendulum", TaskConfig())
config = SolverConfig(step_acceptance="armijo", rollout="nonlinear", mu=1e-4, max_iterations=100)
for seed in range(4):
    rng = np.random.default_rng(seed)
    theta = task.sample(rng)
    xs, us = task.guess(theta)
    solution = solve(task.problem(theta), (xs, us + 3 * rng.normal(size=us.shape)), config, with_gains=True)
    assert solution.error and not solution.converged and solution.linearisation is None
    print(solution.error)
print("still here")
"""


def test_a_nan_in_a_nonlinear_rollout_is_an_error_of_the_solution():
    run = subprocess.run([sys.executable, "-c", CRASHING], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    *errors, last = run.stdout.splitlines()
    assert last == "still here"
    for error in errors:
        crashed = error.startswith("the process was killed by SIG") and "take linear ones" in error
        assert crashed or "Encountered NaN" in error, error


@pytest.mark.parametrize("acceptance", ["armijo", "filter", "nonmonotone"])
@pytest.mark.parametrize("rollout", ["linear", "nonlinear"])
def test_the_process_changes_nothing_of_the_solution(acceptance, rollout):
    task = make_task("pendulum", TaskConfig(options={"horizon": 40}))
    theta = task.sample(np.random.default_rng(0))
    config = SolverConfig(step_acceptance=acceptance, rollout=rollout, mu=1e-3, max_iterations=30)
    assert may_crash(config) == (rollout == "nonlinear" and acceptance != "nonmonotone")
    here, there = (
        solve(task.problem(theta), task.guess(theta), config, with_gains=True, own_process=own)
        for own in (False, True)
    )
    np.testing.assert_array_equal(here.us, there.us)
    np.testing.assert_array_equal(here.linearisation.gains, there.linearisation.gains)
    assert (here.cost, here.iterations, here.converged) == (there.cost, there.iterations, there.converged)


def test_a_process_of_many_is_not_split_again():
    assert not in_worker()
    assert call_on_all(lambda _: in_worker(), 2) == [True, True]
