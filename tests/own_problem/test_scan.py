"""Settings of the solver are compared, and what diverges in one of them is no news."""

import warnings

import numpy as np
from block import Block

from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.own_problem.scan import scan


class Overflowing(Block):
    """Computes a number that is too large, as costs in Python do of a trajectory that runs away."""

    def problem(self, theta):
        assert np.isinf(np.square(np.float64(1e200)))
        return super().problem(theta)


def test_numbers_that_run_away_are_not_told():
    task = Overflowing()
    thetas = [task.sample(np.random.default_rng(number)) for number in range(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        starts = [(theta, *task.guess(theta)) for theta in thetas]
        warnings.simplefilter("error")
        found = scan(task, [SolverConfig(tolerance=1e-3)], starts, workers=1, count=2)
    assert found.solved == 1
