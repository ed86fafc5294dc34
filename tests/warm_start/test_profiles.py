"""Profiles hold every iterate, from the rollout on, and say how the run ended."""

import numpy as np
import pytest
from configurations import project

from sobolev_diffusion.config import GuessConfig, SolverConfig, WarmConfig
from sobolev_diffusion.config.methods import FLOOR, TO_ALONE
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.solve import solve, value_of
from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.profiles import profile
from sobolev_diffusion.warm_start.rollout import roll_out
from sobolev_diffusion.weakened import Weakened

CONFIG = project()
SEED, INSTANCES = 0, 3


@pytest.fixture(scope="module")
def measured():
    config = CONFIG.tasks["pendulum"]
    task = make_task("pendulum", config)
    runs = collect(task, config.cold, SEED, range(5))
    policy = NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains)
    table = profile(
        task,
        {"nearest": policy},
        {"nearest": runs},
        GuessConfig(region=5.0, restart=True),
        config.cold,
        config.warm,
        SEED,
        INSTANCES,
        8,
    )
    return task, config, policy, table


def test_every_instance_is_there_with_every_method(measured):
    *_, table = measured
    assert set(table.method) == {TO_ALONE, "nearest", FLOOR}
    assert (table.groupby("method").instance.nunique() == INSTANCES).all()
    assert table.converged.all()


def test_to_alone_is_the_run_of_the_solver(measured):
    task, config, _, table = measured
    for number, theta in enumerate(evaluation_thetas(task, SEED, INSTANCES)):
        rows = table[(table.method == TO_ALONE) & (table.instance == number)]
        alone = solve(task.problem(theta), task.guess(theta), config.cold)
        assert list(rows.iteration) == list(range(1, alone.iterations + 1))
        assert rows.cost.iloc[-1] == alone.cost
        assert rows.feasible.iloc[-1]


def test_a_rollout_is_the_first_iterate_and_its_time_counts(measured):
    task, _, policy, table = measured
    for number, theta in enumerate(evaluation_thetas(task, SEED, INSTANCES)):
        rows = table[(table.method == "nearest") & (table.instance == number)]
        rollouts = roll_out(task, policy, [theta], 1, [evaluation_noise(task, SEED, number)])
        assert rows.iteration.iloc[0] == 0
        assert rows.cost.iloc[0] == value_of(task.problem(theta), rollouts.xs[0], rollouts.us[0]).cost
        assert rows.seconds.iloc[0] > 0
        assert (np.diff(rows.seconds) > 0).all()
        assert rows.total_seconds.iloc[0] >= rows.seconds.iloc[-1]


def test_the_floor_begins_near_the_solution(measured):
    *_, table = measured
    iterations = table.groupby(["method", "instance"]).iterations.first()
    assert (iterations[FLOOR] < iterations[TO_ALONE]).all()


class WithoutGuess(Pendulum):
    """One whose interpolated guess no solver can start from."""

    def guess(self, theta):
        xs, us = super().guess(theta)
        return xs * np.nan, us


def test_solves_without_a_result_are_there_and_are_told():
    with pytest.warns(
        Weakened, match="1 of 1 profiled solves have no result: 1 x ValueError: guess: holds NaN"
    ):
        table = profile(WithoutGuess(), {}, {}, GuessConfig(), SolverConfig(), WarmConfig(), SEED, 1, 8)
    assert not table.converged.any()
    assert np.isinf(table.cost).all()
