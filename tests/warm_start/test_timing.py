"""Wall-clock times: a row for each instance, whatever becomes of its solve."""

import os
import signal

import numpy as np
from configurations import project

from sobolev_diffusion.solver.workers import in_worker
from sobolev_diffusion.tasks.instances import evaluation_thetas
from sobolev_diffusion.tasks.quadrotor import Quadrotor
from sobolev_diffusion.warm_start.timing import time_policies

SETTINGS = project().tasks["quadrotor"]


def times(task):
    return time_policies(task, {}, SETTINGS.cold, SETTINGS.warm, 0, 2, [])


def test_seconds_are_those_of_the_solves():
    table = times(Quadrotor())
    assert table.converged.all()
    assert (table.solve_seconds > 0).all()
    np.testing.assert_allclose(table.total_seconds, table.solve_seconds + table.rollout_seconds)


class Deadly(Quadrotor):
    """Kills the process that builds the problem to solve of its second instance."""

    def __init__(self):
        super().__init__()
        self.second = evaluation_thetas(self, 0, 2)[1]

    def problem(self, theta):
        if in_worker() and np.array_equal(theta, self.second):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().problem(theta)


def test_a_solve_that_kills_its_process_is_a_row_without_a_result():
    table = times(Deadly())
    assert list(table.converged) == [True, False]
    assert table.iterations[1] == 0
    assert table.solve_seconds[1] > 0
