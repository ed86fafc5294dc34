"""Keys change with what an artefact depends on, and with nothing else."""

import copy
from pathlib import Path

import pytest
from configurations import written

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.keys import TASK_REVISION
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import validate

ROOT = Path(__file__).parents[2]
DEFAULT = written()
for section in ("experiments", "timings", "figures", "tables"):  # what is of the single pendulum
    for name in set(DEFAULT[section]) - {"pendulum", "fig1_pendulum", "timing_pendulum", "to_alone"}:
        del DEFAULT[section][name]


def files(content):
    computed = ("demonstrations", "policies", "evaluations")
    return {
        (each.stage, each.name): each.key
        for each in Plan(validate(content), ROOT).artefacts()
        if each.stage in computed
    }


def changed_stages(edit):
    content = copy.deepcopy(DEFAULT)
    edit(content)
    before, after = files(DEFAULT), files(content)
    assert before.keys() == after.keys()
    return {(stage, name.split("/")[1]) for (stage, name), key in before.items() if after[stage, name] != key}


def test_limit_of_a_figure_change_no_key():
    assert changed_stages(lambda c: c["figures"]["fig1_pendulum"].update(cost_limit=1)) == set()


def test_spelling_out_a_default_changes_no_key():
    assert changed_stages(lambda c: c["methods"]["diff"]["policy"].update(history=1)) == set()


def test_sobolev_weight_of_one_method_changes_that_method_only():
    changed = changed_stages(lambda c: c["methods"]["sob_mlp"]["sobolev"].update(weight=0.5))
    assert changed == {("policies", "sob_mlp"), ("evaluations", "sob_mlp")}


def test_warm_solver_settings_change_evaluations_of_policies_only():
    changed = changed_stages(lambda c: c["tasks"]["pendulum"]["warm"].update(mu=0.5))
    assert changed == {("evaluations", method) for method in DEFAULT["experiments"]["pendulum"]["methods"]}


def test_cold_solver_settings_change_everything():
    changed = changed_stages(lambda c: c["tasks"]["pendulum"]["cold"].update(mu=0.5))
    methods = {*DEFAULT["experiments"]["pendulum"]["methods"], "to_alone"}
    assert {method for _, method in changed} == methods


def test_more_seeds_only_add():
    content = copy.deepcopy(DEFAULT)
    content["seeds"] += 1
    before, after = files(DEFAULT), files(content)
    assert before.items() < after.items()


def test_variants_share_the_seeds_that_all_have_and_say_which_row_they_are():
    content = copy.deepcopy(DEFAULT)
    loop = {**content["experiments"]["pendulum"], "methods": ["sob_diff", "diff"], "n_traj": [5]}
    content["experiments"] |= {"loop": {**loop, "iterations": 2}, "brief": {**loop, "seeds": 2}}
    table = {
        "kind": "variants",
        "variants": {
            "long": {"experiment": "loop", "method": "diff"},
            "first": {"experiment": "loop", "method": "diff", "iteration": 1},
            "brief": {"experiment": "brief", "method": "sob_diff"},
            "alone": {"experiment": "loop", "method": "to_alone"},
        },
        "caption": "",
    }
    content["tables"]["variants"] = table
    config = validate(content)
    shown = [each.labels for each in Plan(config, ROOT).drawn(config.tables["variants"])]
    assert [each["seed"] for each in shown] == [0, 1] * 4
    rows = ["long", "first", "brief", "alone"]
    assert [each["variant"] for each in shown] == [row for row in rows for _ in range(2)]
    policies, alone = shown[:-2], shown[-2:]
    assert [each["iteration"] for each in policies] == [2, 2, 1, 1, 1, 1]
    assert {each["epochs"] for each in policies} == {max(loop["epochs"]["diffusion"])}
    assert [each["method"] for each in alone] == ["to_alone"] * 2


def test_a_file_of_other_settings_is_refused():
    plan = Plan(validate(DEFAULT), ROOT)
    name = plan.artefacts()[0].file
    assert plan.find(name).file == name
    with pytest.raises(ConfigError, match="other settings"):
        plan.find(name.replace(plan.artefacts()[0].key, "0" * 16))


def test_missing_task_module_is_named():
    content = copy.deepcopy(DEFAULT)
    content["tasks"]["pendulum"]["module"] = "nowhere.py"
    with pytest.raises(ConfigError, match=r"tasks\.pendulum\.module.*nowhere\.py"):
        Plan(validate(content), ROOT).artefacts()


def test_two_methods_of_the_same_settings_are_two_artefacts_of_one_key():
    content = copy.deepcopy(DEFAULT)
    content["methods"]["twin"] = content["methods"]["diff"]
    content["experiments"]["pendulum"]["methods"] += ["twin"]
    by_method = {
        artefact.labels["method"]: artefact
        for artefact in Plan(validate(content), ROOT).experiments.evaluations("pendulum")
        if artefact.labels.get("n_traj") == 5 and artefact.labels["seed"] == 0
    }
    assert by_method["twin"].key == by_method["diff"].key
    assert by_method["twin"].file != by_method["diff"].file


def test_a_task_that_came_to_mean_something_else_has_other_keys(monkeypatch):
    def keys(kind):
        found = [
            each for each in Plan(validate(DEFAULT), ROOT).artefacts() if each.labels["task"].startswith(kind)
        ]
        return {each.key for each in found}

    before = keys("ur5"), keys("pendulum")
    monkeypatch.setitem(TASK_REVISION, "ur5", TASK_REVISION["ur5"] + 1)
    assert not keys("ur5") & before[0]
    assert keys("pendulum") == before[1]


def test_a_longer_training_at_the_end_learns_from_what_the_usual_policies_collect():
    content = copy.deepcopy(DEFAULT)
    loop = content["experiments"]["pendulum"]
    loop.update(methods=["sob_diff"], n_traj=[20], iterations=2, epochs={"diffusion": [10]})
    before = files(content)
    loop["last_epochs"] = {"diffusion": [40]}
    plan = Plan(validate(content), ROOT)
    short, long = (
        [each for each in plan.experiments.policies("pendulum", 2) if each.labels["epochs"] == epochs]
        for epochs in (10, 40)
    )
    assert [each.sources for each in long] == [each.sources for each in short]
    assert {each.labels["epochs"] for each in plan.experiments.policies("pendulum", 1)} == {10}
    evaluated = plan.experiments.evaluations("pendulum")
    assert {each.labels["iteration"] for each in evaluated if each.labels.get("epochs") == 40} == {2}
    longest = plan.experiments.longest_evaluations("pendulum", "sob_diff")
    assert {each.labels["epochs"] for each in longest} == {40}
    longest = plan.experiments.longest_evaluations("pendulum", "sob_diff", iteration=1)
    assert {each.labels["epochs"] for each in longest} == {10}
    assert before.items() <= files(content).items()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"last_epochs": {"diffusion": [40]}}, "one iteration; name them among epochs"),
        ({"iterations": 2, "last_epochs": {"direct": [200]}}, "direct: 200 is among epochs already"),
    ],
)
def test_lengths_of_the_last_training_that_make_no_sense_are_named(given, message):
    content = copy.deepcopy(DEFAULT)
    content["experiments"]["pendulum"].update(given)
    with pytest.raises(ConfigError, match=message):
        validate(content)
