"""Settings of the solver are compared, and what diverges in one of them is no news."""

import warnings
from pathlib import Path

import numpy as np

from sobolev_diffusion.config import SolverConfig, TaskConfig
from sobolev_diffusion.own_problem.scan import scan
from sobolev_diffusion.tasks.registry import make_task


def test_numbers_that_run_away_are_not_told(monkeypatch):
    task = make_task("block", TaskConfig(module=str(Path(__file__).with_name("block.py"))))
    problem = task.problem

    def overflowing(theta):
        """Computes a number that is too large, as costs in Python do of a trajectory that runs away."""
        assert np.isinf(np.square(np.float64(1e200)))
        return problem(theta)

    monkeypatch.setattr(task, "problem", overflowing)
    thetas = [task.sample(np.random.default_rng(number)) for number in range(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        starts = [(theta, *task.guess(theta)) for theta in thetas]
        warnings.simplefilter("error")
        found = scan(task, [SolverConfig(tolerance=1e-3)], starts, workers=1, count=2)
    assert found.solved == 1
