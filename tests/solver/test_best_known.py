"""Best known costs, and the table that sets them beside TO alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from configurations import project

from sobolev_diffusion.config import BestKnownConfig
from sobolev_diffusion.config.methods import BEST_KNOWN, TO_ALONE
from sobolev_diffusion.figures import ToAloneTable
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.solver.best_known import best_known, deform
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.instances import EVALUATION
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.evaluate import evaluate_runs
from sobolev_diffusion.warm_start.timing import time_policies

ROOT = Path(__file__).parents[2]
CONFIG = project()
SEARCH = BestKnownConfig(restarts=1, deformation=0.3, neighbours=1, rounds=1)


@pytest.fixture(scope="module")
def rows():
    """TO alone and best known costs of three instances of two seeds, labelled as the workflow does."""
    task, settings = make_task("quadrotor", CONFIG.tasks["quadrotor"]), CONFIG.tasks["quadrotor"]
    tables = []
    for seed in range(2):
        runs = collect(task, settings.cold, seed, range(3), purpose=EVALUATION)
        alone = evaluate_runs(task, runs)
        best = best_known(task, runs, settings.cold, settings.warm, SEARCH, seed)
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


@pytest.fixture(scope="module")
def times():
    settings = CONFIG.tasks["quadrotor"]
    table = time_policies(make_task("quadrotor", settings), {}, settings.cold, settings.warm, 0, 2, [])
    return table.assign(task="quadrotor")


def table_of(rows, times):
    spec = ToAloneTable(kind="to_alone", tasks=("quadrotor",), caption="")
    style = Style.load(ROOT / "config/plotting.yaml")
    return spec.draw(pd.concat([*rows, times], ignore_index=True), style)


def test_table_has_a_row_per_task(rows, times):
    table = table_of(rows, times)
    assert list(table.task) == ["Quadrotor"]
    assert table.converged[0] == "100%"
    assert table["over 5% dearer"][0] == "0%"
    assert float(table.seconds[0]) == pytest.approx(times.solve_seconds.mean(), rel=5e-3)


def test_an_instance_without_a_feasible_run_is_left_out_of_the_mean(rows, times):
    def best(first, second):
        costs = [each.copy() for each in rows]
        for table in costs[1::2]:
            table["best_cost"] = [first, second, second]
        return table_of(costs, times)["best known cost"][0]

    assert best(np.inf, 2.0) == best(2.0, 2.0) == "2 [2, 2]"
    assert best(np.inf, np.inf) == "-"


def test_deformation_keeps_both_ends():
    task = make_task("quadrotor", CONFIG.tasks["quadrotor"])
    guess = task.guess(task.sample(np.random.default_rng(0)))
    xs, _ = deform(task, guess, 0.5, np.random.default_rng(1))
    np.testing.assert_allclose(xs[[0, -1]], guess[0][[0, -1]], atol=1e-9)
    assert np.abs(xs - guess[0]).max() > 0.1
