"""Best known costs, and the table that sets them beside TO alone."""

from pathlib import Path

import numpy as np
import pytest

from sobolev_diffusion import config
from sobolev_diffusion.artefact import BEST_KNOWN, TO_ALONE
from sobolev_diffusion.config import ReferenceConfig, ToAloneTable
from sobolev_diffusion.evaluate import evaluate_solver
from sobolev_diffusion.figures import to_alone_table
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.reference import best_known, deform
from sobolev_diffusion.tasks.registry import make_task

ROOT = Path(__file__).parents[2]
CONFIG = config.load(ROOT / "config/config.yaml")
SEARCH = ReferenceConfig(restarts=1, deformation=0.3, neighbours=1, rounds=1)


@pytest.fixture(scope="module")
def rows():
    """TO alone and best known costs of three instances of two seeds, labelled as the workflow does."""
    task, settings = make_task("quadrotor", CONFIG.tasks["quadrotor"]), CONFIG.tasks["quadrotor"]
    tables = []
    for seed in range(2):
        alone = evaluate_solver(task, settings.cold, seed, 3)
        best = best_known(task, settings.cold, settings.warm, SEARCH, seed, 3)
        tables += [
            alone.assign(task="quadrotor", method=TO_ALONE, seed=seed),
            best.assign(task="quadrotor", method=BEST_KNOWN, seed=seed),
        ]
    return tables


def test_best_known_is_at_most_the_cost_of_a_feasible_solution(rows):
    for alone, best in zip(rows[::2], rows[1::2]):
        feasible = alone.primal_infeasibility <= CONFIG.tasks["quadrotor"].cold.tolerance
        assert (best.best_cost[feasible] <= alone.cost[feasible] * (1 + 1e-9)).all()
        assert set(best.best_from) <= {"guess", "restart", "neighbour"}


def test_table_has_a_row_per_task(rows):
    pandas = pytest.importorskip("pandas")
    spec = ToAloneTable(kind="to_alone", tasks=("quadrotor",), caption="")
    style = Style.load(ROOT / "config/plotting.yaml")
    table = to_alone_table.make(pandas.concat(rows, ignore_index=True), spec, style)
    assert list(table.task) == ["Quadrotor"]
    assert table.converged[0] == "100%"
    assert table["over 5% dearer"][0] == "0%"


def test_an_instance_without_a_feasible_run_is_left_out_of_the_mean(rows):
    pandas = pytest.importorskip("pandas")
    spec = ToAloneTable(kind="to_alone", tasks=("quadrotor",), caption="")
    style = Style.load(ROOT / "config/plotting.yaml")

    def best(first, second):
        costs = [each.copy() for each in rows]
        for table in costs[1::2]:
            table["best_cost"] = [first, second, second]
        return to_alone_table.make(pandas.concat(costs, ignore_index=True), spec, style)["best known cost"][0]

    assert best(np.inf, 2.0) == best(2.0, 2.0) == "2 [2, 2]"
    assert best(np.inf, np.inf) == "-"


def test_deformation_keeps_both_ends():
    task = make_task("quadrotor", CONFIG.tasks["quadrotor"])
    guess = task.guess(task.sample(np.random.default_rng(0)))
    xs, _ = deform(task, guess, 0.5, np.random.default_rng(1))
    np.testing.assert_allclose(xs[[0, -1]], guess[0][[0, -1]], atol=1e-9)
    assert np.abs(xs - guess[0]).max() > 0.1
