"""Algorithm 1: the choice of runs, and the chain of demonstrations and policies."""

from pathlib import Path

import numpy as np
import pytest
from configurations import project, written

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.experiment.chain import Chain
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import validate
from sobolev_diffusion.experiment.read_runs import runs_of_iterations
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.selection import collected, collecting, learnt, origins, select
from sobolev_diffusion.tasks.registry import make_task

ROOT = Path(__file__).parents[2]
CONFIG = project()
PAPER = InterplayConfig()


def following(runs):
    return NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains)


@pytest.fixture(scope="module")
def task():
    return make_task("pendulum", CONFIG.tasks["pendulum"])


@pytest.fixture(scope="module")
def solved(task):
    return collect(task, CONFIG.tasks["pendulum"].cold, 0, range(4))


def runs(solved, cost, converged):
    copy = solved.take(np.arange(4))
    copy.cost[:], copy.converged[:] = cost, converged
    return copy


@pytest.fixture
def cold(solved):
    return runs(solved, [1.0, 5.0, 3.0, 2.0], [True, True, False, False])


@pytest.fixture
def warm(solved):
    return runs(solved, [2.0, 4.0, 1.0, np.inf], [True, True, True, False])


def test_cheaper_converged_run_is_learnt_from(cold, warm):
    assert list(origins(cold, warm, PAPER)) == ["cold", "warm", "warm", "none"]
    chosen = select(cold, warm, PAPER)
    assert list(chosen.cost) == [1.0, 4.0, 1.0]
    assert list(chosen.instance) == [0, 1, 2]


def test_without_argmin_cost_the_run_from_the_policy_counts(cold, warm):
    rules = InterplayConfig(argmin_cost=False)
    assert list(origins(cold, warm, rules)) == ["warm", "warm", "warm", "none"]


def test_without_rejection_what_is_finite_counts(cold, warm):
    rules = InterplayConfig(reject=False)
    assert list(origins(cold, None, rules)) == ["cold"] * 4
    assert list(origins(cold, warm, rules)) == ["cold", "warm", "warm", "cold"]


def test_runs_of_different_instances_are_refused(cold, warm):
    with pytest.raises(ValueError, match="different instances"):
        select(cold, warm.take(np.array([1, 0, 2, 3])), PAPER)


def test_what_was_collected_has_a_row_per_instance(cold, warm):
    first, later = collected(cold, None, PAPER), collected(cold, warm, PAPER)
    assert list(first.learnt_from) == ["cold", "cold", "none", "none"]
    assert first.warm_cost.isna().all()
    assert list(later.warm_converged) == [1, 1, 1, 0]


def near_each_other(runs, cost):
    """Two groups of instances far from each other, (0, 1) and (2, 3), with these costs."""
    copy = runs.take(np.arange(4))
    copy.theta[:] = copy.theta[0]
    copy.theta[:, 0] += [0.0, 0.1, 2.0, 2.1]
    copy.cost[:], copy.converged[:] = cost, True
    return copy


@pytest.mark.parametrize(
    ("cost", "neighbours", "left"),
    [
        ([1.0, 1.2, 5.0, 6.0], 1, [0, 1, 2, 3]),  # each within the margin of the one beside it
        ([1.0, 1.4, 5.0, 7.0], 1, [0, 2]),
        ([-10.0, -6.0, -5.0, -4.0], 1, [0, 2, 3]),  # a reward: 4 of 10 is more than the margin
        ([1.0, 1.2, 5.0, 6.0], 3, [0, 1]),  # compared with all
        ([1.0, 1.2, 5.0, 6.0], 10, [0, 1]),  # fewer than asked for
    ],
)
def test_worse_local_minima_are_left_out(solved, cost, neighbours, left):
    rules = InterplayConfig(reject_local_minima={"neighbours": neighbours, "margin": 0.3})
    iterations = [(near_each_other(solved, cost), None)]
    assert list(learnt(iterations, rules).instance) == left
    assert list(learnt(iterations, PAPER).instance) == [0, 1, 2, 3]
    table = collecting(iterations, rules)
    assert list(table.instance[table.learnt_from == "cold"]) == left


def test_an_earlier_run_is_left_out_once_a_later_neighbour_is_better(solved):
    rules = InterplayConfig(reject_local_minima={"neighbours": 1, "margin": 0.3})
    both = near_each_other(solved, [2.0, 1.0, 2.4, 2.4])
    iterations = [(both.take(np.array([0, 2])), None), (both.take(np.array([1, 3])), None)]
    assert list(learnt(iterations[:1], rules).instance) == [0, 2]
    assert list(learnt(iterations, rules).instance) == [2, 1, 3]
    assert list(collecting(iterations, rules).learnt_from) == ["cold"] * 4  # each judged in its own iteration


def test_nothing_to_learn_from_is_no_error_while_collecting(cold):
    nothing = cold.take(np.array([2, 3]))
    rules = InterplayConfig(reject_local_minima={})
    assert list(collecting([(nothing, None)], rules).learnt_from) == ["none"] * 2


def test_the_rejection_of_local_minima_is_part_of_the_first_policys_key():
    plan = Plan(CONFIG, ROOT)
    assert plan.recipes.policy(chain(), 1).key != plan.recipes.policy(chain(reject_local_minima={}), 1).key


def chain(**rules):
    return Chain("pendulum", "diff", 25, 10, 0, InterplayConfig(**rules))


def stages(artefacts):
    return [each.stage for each in artefacts]


def test_each_policy_learns_from_all_that_was_collected_before():
    policy = Plan(CONFIG, ROOT).recipes.policy(chain(), 3)
    assert policy.settings.ranges == ((0, 25), (25, 50), (50, 75))
    cold = [each for each in policy.inputs if not each.inputs]
    assert len(cold) == 8  # blocks of ten instances
    warm = [each for each in policy.inputs if each.inputs]
    assert [each.labels["iteration"] for each in warm] == [2, 3]
    assert [each.inputs[0].labels["iteration"] for each in warm] == [1, 2]


@pytest.mark.parametrize(
    ("rules", "inputs"),
    [
        ({"warm_start": False}, 5),
        ({"accumulate": False}, 3 + 1),
        ({"reset": False}, 5 + 1 + 1),
        ({"new_instances": False}, 3 + 1),
    ],
)
def test_rules_change_what_the_second_policy_reads(rules, inputs):
    plan = Plan(CONFIG, ROOT)
    policy = plan.recipes.policy(chain(**rules), 2)
    assert len(policy.inputs) == inputs
    assert policy.key != plan.recipes.policy(chain(), 2).key
    assert plan.recipes.policy(chain(**rules), 1).key == plan.recipes.policy(chain(), 1).key


def test_collecting_can_stop_earlier_than_to_alone():
    plan = Plan(CONFIG, ROOT)
    blocks = [plan.recipes.policy(chain(**rules), 1).inputs[0] for rules in ({}, {"max_iterations": 40})]
    assert [each.settings.solver.max_iterations for each in blocks] == [1000, 40]
    assert blocks[0].key == plan.recipes.cold_block("pendulum", 0, 0).key


def test_more_iterations_only_add():
    content = written()
    experiment = content["experiments"]["pendulum"]
    experiment["iterations"] = 2
    two = {each.key for each in Plan(validate(content), ROOT).experiments.evaluations("pendulum")}
    experiment["iterations"] = 3
    three = {each.key for each in Plan(validate(content), ROOT).experiments.evaluations("pendulum")}
    assert two < three


def test_chunks_are_put_together_from_blocks(solved, tmp_path):
    paths = []
    for name, index in (("a", [0, 1]), ("b", [2, 3]), ("warm", [2])):
        paths.append(tmp_path / name)
        solved.take(np.array(index)).save(paths[-1])
    first, second = runs_of_iterations(paths, [(1, 2), (2, 3)])
    assert list(first[0].instance) == [1]
    assert first[1] is None
    assert list(second[0].instance) == [2]
    assert list(second[1].instance) == [2]
