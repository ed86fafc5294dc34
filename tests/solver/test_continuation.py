"""Instances solved from the runs of their neighbours, and what Algorithm 1 then learns from."""

from pathlib import Path

import numpy as np
import pytest
from artefacts import by_hand
from configurations import project

from sobolev_diffusion.config import ContinuationConfig, InterplayConfig
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.chain import Chain
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_runs import runs_of_iterations
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.experiment.stamps import write_stamp
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.continuation import BestRuns, collect_from_neighbours
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.registry import make_task

ROOT = Path(__file__).parents[2]
CONFIG = project()
SETTINGS = CONFIG.tasks["pendulum"]


@pytest.fixture(scope="module")
def task():
    return make_task("pendulum", SETTINGS)


@pytest.fixture(scope="module")
def solved(task):
    return collect(task, SETTINGS.cold, 0, range(5))


@pytest.fixture
def spoilt(solved):
    """Of instances 0 to 4, number 3 has not converged and number 4 has twice the cost."""
    runs = solved.take(np.arange(5))
    runs.converged[3], runs.us[3] = False, 0.0
    runs.cost[4] *= 2
    return runs


def continued(task, runs, first, workers=1):
    return collect_from_neighbours(task, SETTINGS.warm, ContinuationConfig(), runs, first, workers)


def test_what_failed_is_solved_from_its_neighbours(task, solved, spoilt):
    found = continued(task, spoilt, 2)
    assert list(found.instance) == [2, 3, 4]
    assert found.converged.all()
    assert (found.cost <= 1.02 * solved.cost[2:]).all()
    assert found.cost[0] <= spoilt.cost[2]
    assert np.abs(found.gains[1]).max() > 0
    np.testing.assert_array_equal(found.theta, solved.theta[2:])
    np.testing.assert_allclose(found.xs[:, 0], solved.xs[2:, 0])


def test_the_number_of_workers_and_the_order_of_the_runs_do_not_matter(task, spoilt):
    one, two = continued(task, spoilt, 2), continued(task, spoilt.take(np.arange(5)[::-1]), 2, workers=2)
    for name, values in vars(one).items():
        np.testing.assert_array_equal(values, getattr(two, name), err_msg=name)


def test_without_a_solved_neighbour_the_run_stays(task, spoilt):
    spoilt.converged[:] = False
    found = continued(task, spoilt, 0)
    assert not found.converged.any()
    np.testing.assert_array_equal(found.us, spoilt.us)


def test_only_a_usable_and_cheaper_run_replaces_another(solved):
    runs = solved.solutions()
    best = BestRuns(1, lambda run: run.converged, gain=0.1)
    cost = runs[0].cost
    cheaper, hardly = (type(runs[0])(**{**vars(runs[0]), "cost": cost * share}) for share in (0.8, 0.95))
    failed = type(runs[0])(**{**vars(runs[0]), "cost": 0.0, "converged": False})
    offered = {"first": runs[0], "hardly": hardly, "failed": failed, "cheaper": cheaper}
    origins = []
    for origin, solution in offered.items():
        best.offer(origin, [0], [solution])
        origins += best.origin
    assert origins == ["first", "first", "first", "cheaper"]
    assert best.runs == [cheaper]


def test_solutions_are_what_was_stacked(task, solved):
    again = Demonstrations.stack(solved.instance, solved.theta, solved.solutions(), task.space.ndx)
    for name, values in vars(solved).items():
        np.testing.assert_array_equal(values, getattr(again, name), err_msg=name)


def chain(method="diff", **rules):
    return Chain("pendulum", method, 25, 10, 0, InterplayConfig(continuation={}, **rules))


def test_every_method_learns_from_the_same_continued_runs():
    plan = Plan(CONFIG, ROOT)
    first = plan.recipes.policy(chain(), 1)
    (runs,) = first.inputs
    assert [each.labels["method"] for each in runs.inputs] == ["to_alone"] * 3
    assert plan.recipes.policy(chain("mlp"), 1).inputs == (runs,)
    assert first.key != plan.recipes.policy(Chain("pendulum", "diff", 25, 10, 0, InterplayConfig()), 1).key


def test_later_iterations_are_led_by_earlier_ones():
    plan = Plan(CONFIG, ROOT)
    one, two, warm = plan.recipes.policy(chain(), 2).inputs
    assert one.key == plan.recipes.continued(chain(), 1).key
    assert two.inputs[0].key == one.key
    assert [each.settings.first for each in two.inputs[1:]] == [20, 30, 40]
    assert warm.labels["method"] == "diff"
    repeated = plan.recipes.policy(chain(new_instances=False), 2).inputs
    assert [each.key for each in repeated[:-1]] == [one.key]


def test_the_job_reads_blocks_that_overlap_and_what_it_writes_is_learnt_from(task, spoilt, tmp_path):
    """Instances 0 and 1 of an iteration before, 2 and 3 of this one; 1 and 4 are in the blocks as well."""
    before, block = spoilt.take(np.array([0, 1])), spoilt.take(np.array([1, 2, 3, 4]))
    block.converged[0] = False
    sources = [by_hand("demonstrations", *each) for each in (("before", 0), ("block", 1))]
    paths = [tmp_path / each.file for each in sources]
    for source, path, runs in zip(sources, paths, (before, block), strict=True):
        runs.save(path)
        write_stamp(path, path, source.job([]), seconds=0.0)
    settings = Plan(CONFIG, ROOT).recipes.continued(chain(), 1).settings
    settings = settings.model_copy(update={"first": 2, "count": 2})
    continued = Artefact("continued", settings, tuple(sources))
    run(continued.job(paths), tmp_path / "continued.npz")
    found = Demonstrations.load(tmp_path / "continued.npz")
    assert list(found.instance) == [2, 3]
    assert found.converged.all()
    first, second = runs_of_iterations([paths[0], tmp_path / "continued.npz"], [(0, 2), (2, 4)])
    assert list(first[0].instance) == [0, 1]
    assert list(second[0].instance) == [2, 3]
