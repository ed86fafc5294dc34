"""What the figures of a report call things."""

import numpy as np
import pandas as pd
import pytest

from sobolev_diffusion.own_problem.measure import Measured
from sobolev_diffusion.own_problem.report_figures import map_of_theta
from sobolev_diffusion.own_problem.ways import WAYS
from sobolev_diffusion.tasks.ur5 import UR5


@pytest.mark.parametrize(
    ("entry", "label"), [(1, "theta[1]: initial shoulder lift angle (rad)"), (13, "theta[13]")]
)
def test_entries_of_theta_have_the_names_of_the_initial_state(entry, label):
    task = UR5(random_target=True)
    thetas = np.zeros((5, 15))
    thetas[:, entry] = np.arange(5)
    rows = [
        {"way": way, "instance": i, "solved": True, "seconds": 1.0 + i * (way == "policy"), "iterations": 9}
        for way in WAYS
        for i in range(5)
    ]
    figure = map_of_theta(task, Measured(thetas, np.ones(5), pd.DataFrame(rows), {}), "policy")
    assert figure.axes[0].get_xlabel() == label
