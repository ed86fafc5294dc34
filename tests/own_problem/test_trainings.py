"""What is told of trainings that were tried."""

import numpy as np

from sobolev_diffusion.own_problem.trainings import guesses_told


def test_guesses_that_there_are_not_have_no_cost():
    assert guesses_told(np.array([1.0, 2.5, np.inf])) == "median guess costs 2.5"
    assert guesses_told(np.array([1.0, np.inf, np.inf, np.inf])) == (
        "75% of the rollouts leave what is known, and the solver starts alone"
    )
