"""Paths to draw from above: those of the evaluated rollouts, and how near they came to the columns."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from artefacts import by_hand
from configurations import project

from sobolev_diffusion.experiment.parquet import read_parquet
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.experiment.stamps import write_stamp
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.instances import evaluation_thetas
from sobolev_diffusion.tasks.quadrotor import hovering
from sobolev_diffusion.tasks.quadrotor_columns import QuadrotorColumns
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.evaluate import evaluate, policy_columns

ROOT = Path(__file__).parents[2]
CONFIG = project("config/smoke.yaml")
TASK = "quadrotor_columns_1"


def following(runs):
    return NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains)


@pytest.fixture(scope="module")
def task():
    return make_task(TASK, CONFIG.tasks[TASK])


def test_clearance_is_the_distance_of_the_hulls(task):
    (x, y, radius), *others = task.columns_in_the_way
    assert not others
    assert task.clearance(hovering(np.array([x + radius + 0.25 + 0.1, y, 1.0]))) == pytest.approx(0.1)
    assert task.clearance(hovering(np.array([x, y, 1.0]))) == pytest.approx(-radius - 0.25)
    assert make_task("quadrotor", CONFIG.tasks["quadrotor"]).clearance(hovering(np.zeros(3))) is None


def test_solver_keeps_the_margin(task):
    wide = QuadrotorColumns(columns=1, margin=0.1)
    x, y, radius = wide.columns_in_the_way[0]
    theta = evaluation_thetas(wide, 0, 1)[0]
    xs = np.tile(hovering(np.array([x + radius + 0.25 + 0.06, y, 1.0])), (wide.horizon + 1, 1))
    us = np.tile(wide.hover, (wide.horizon, 1))

    def violation(task):
        return policy_columns(task, theta, task.problem(theta), xs, us)["policy_violation"]

    assert violation(wide) == pytest.approx((radius + 0.25 + 0.1) ** 2 - (radius + 0.25 + 0.06) ** 2)
    assert wide.clearance(xs[0]) == task.clearance(xs[0]) == pytest.approx(0.06)
    assert violation(QuadrotorColumns(columns=1, margin=0.05)) == 0
    with pytest.raises(TaskError, match=r"margin must be from 0 to below 0.45"):
        QuadrotorColumns(columns=1, margin=0.45)


def test_evaluation_keeps_the_least_clearance_of_a_rollout(task):
    theta = evaluation_thetas(task, 0, 1)[0]
    xs, us = task.guess(theta)  # straight ahead
    kept = policy_columns(task, theta, task.problem(theta), xs, us)
    assert kept["policy_clearance"] == min(task.clearance(x) for x in xs)
    assert (kept["policy_clearance"] < task.margin) == (kept["policy_violation"] > 0)


def test_drawn_path_is_that_of_the_evaluated_rollout(task, tmp_path):
    plan = Plan(CONFIG, ROOT)
    *_, paths = plan.drawn(CONFIG.figures["top_views"])
    policy = following(collect(task, CONFIG.tasks[TASK].cold, 0, range(2)))
    kept = by_hand("policies", "kept")
    source = tmp_path / kept.file
    policy.save(source)
    write_stamp(source, source, kept.job([]), seconds=0.0)
    settings = paths.settings.model_copy(update={"action_length": 1})
    job = replace(paths, settings=settings, inputs=(kept,)).job([source])
    run(job, tmp_path / "paths.parquet")
    drawn = read_parquet(tmp_path / "paths.parquet")
    evaluated = evaluate(task, policy, CONFIG.tasks[TASK].warm, 0, 2, [1], refine=False)
    for number, row in evaluated.iterrows():
        path = drawn[(drawn.series == "path") & (drawn.instance == number)]
        point = path.pivot(index="time", columns="name", values="value")[["x", "y", "z"]].to_numpy()
        assert len(point) == task.horizon + 1
        goal = drawn[(drawn.series == "goal") & (drawn.instance == number)].value.to_numpy()
        assert np.linalg.norm(point[-1] - goal) == row.policy_distance
        assert min(task.clearance(hovering(each)) for each in point) == row.policy_clearance
    assert job.labels["method"] == "sob_diff"  # joined when the rows are drawn
    assert (drawn.series == "column").sum() == 3


def test_no_more_paths_than_evaluated_instances():
    spec = CONFIG.figures["top_views"].model_copy(update={"instances": 1000})
    drawn = Plan(CONFIG, ROOT).drawn(spec)
    assert {each.settings.instances for each in drawn} == {CONFIG.evaluation.instances}
