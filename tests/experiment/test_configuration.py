"""The configuration: what is wrong is said in one line that names the key and what is allowed."""

import copy
import re
from pathlib import Path

import pytest
import yaml
from configurations import project, written

from sobolev_diffusion import cli
from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.read_configuration import load, validate

ROOT = Path(__file__).parents[2]
DEFAULT = written()


def changed(path, value):
    content = copy.deepcopy(DEFAULT)
    *parents, last = path.split(".")
    node = content
    for part in parents:
        node = node.setdefault(part, {})
    node[last] = value
    return content


def variants(**one):
    row = {"experiment": "pendulum", "method": "diff", **one}
    return {"kind": "variants", "variants": {"one": row}, "caption": ""}


def needed(**one):
    panel = {"experiment": "pendulum", "action_length": 8, **one}
    methods = ["diff", "sob_diff"]
    return {"kind": "trajectories_needed", "panels": {"one": panel}, "methods": methods, "caption": ""}


def summary(**timings):
    return {"kind": "summary", "timings": timings, "methods": ["diff"], "caption": ""}


def views(**changes):
    return {"kind": "top_views", "methods": ["diff"], "action_length": 8, **changes}


BY_LENGTH = {"kind": "action_lengths", "experiment": "pendulum", "cost_limit": 10}


def test_shipped_configurations_are_valid():
    project()
    project("config/smoke.yaml")
    for path in (ROOT / "config/sweeps").glob("*.yaml"):
        project(str(path))
    project("benchmarks/paper_size.yaml")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("sedes", 5, ["sedes", "seeds"]),
        (
            "tasks.pendulum.cold.tolerence",
            1e-3,
            ["tasks.pendulum.cold.tolerence", "tolerance"],
        ),
        ("tasks.pendulum.cold.solver", "kkt", ["tasks.pendulum.cold.solver", "kkt", "fddp", "boxfddp"]),
        ("tasks.pendulum.warm", {"solver": "fddp", "mu": 1}, ["tasks.pendulum.warm.mu", "stop, tolerance"]),
        ("tasks.ur5.cold", {"solver": "boxfddp"}, ["tasks.ur5", "boxfddp", "proxddp", "one kind"]),
        ("seeds", "many", ["seeds", "integer", "many"]),
        ("experiments.pendulum.action_lengths", [16], ["action_lengths", "16", "15"]),
        (
            "methods.diff.policy.prediction_horizon",
            10,
            ["methods.diff.policy", "10", "multiple of 4"],
        ),
        ("tables.fig1_pendulum", variants(experiment="pend"), ["one.experiment", "pend", "pendulum"]),
        ("tables.fig1_pendulum", variants(method="dif"), ["one.method", "dif", "sob_diff"]),
        ("tables.fig1_pendulum", variants(), ["one.experiment", "pendulum", "more than one n_traj"]),
        ("tables.fig1_pendulum", {**variants(), "variants": {}}, ["fig1_pendulum", "variants", "at least 1"]),
        ("tables.needed", needed(experiment="pend"), ["panels.one.experiment", "pend", "pendulum"]),
        ("tables.needed", needed(action_length=2), ["panels.one.action_length", "2", "experiments.pendulum"]),
        ("tables.needed", {**needed(), "methods": ["diff", "dif"]}, ["needed.methods", "dif"]),
        ("tables.summary", summary(pendulums=8), ["summary.timings", "pendulums", "pendulum"]),
        ("tables.summary", summary(pendulum=2), ["summary.timings.pendulum", "2", "experiments.pendulum"]),
        ("figures.views", views(experiments=["pendulum"]), ["views.experiment", "more than one n_traj"]),
        ("figures.views", views(experiments=["pend"]), ["views.experiment", "pend", "pendulum"]),
        ("figures.by_length", BY_LENGTH, ["by_length.experiment", "pendulum", "more than one n_traj"]),
        ("methods.diff.policy.history", 16, ["history", "16"]),
        ("experiments.pendulum.methods", ["difff"], ["difff", "diff"]),
        ("experiments.pendulum.task", "pendulm", ["pendulm", "pendulum"]),
        ("cache", "maybe", ["cache", "prefer", "require", "off"]),
        ("tasks.pendulum.best_known", {"round": 3}, ["tasks.pendulum.best_known", "round", "rounds"]),
        ("tasks.pendulum.best_known", {"rounds": -1}, ["rounds", "-1"]),
        ("draw", ["fig_1"], ["draw", "fig_1", "fig1_pendulum"]),
        (
            "methods.diff.policy.unet",
            {"hidden_dims": [12, 16]},
            ["hidden_dims", "12", "8"],
        ),
    ],
)
def test_mistakes_are_named_in_one_line(path, value, said):
    with pytest.raises(ConfigError) as error:
        validate(changed(path, value))
    message = str(error.value)
    assert "\n" not in message
    for word in said:
        assert word in message


def test_cache_off_is_understood_as_yaml_reads_it():
    assert validate(changed("cache", False)).cache == "off"


def test_what_is_to_be_drawn_can_be_named():
    chosen = validate(changed("draw", ["fig1_pendulum", "quadrotor"]))
    assert list(chosen.figures) == list(chosen.tables) == ["fig1_pendulum"]
    assert list(chosen.animations) == ["quadrotor"]
    assert not validate(changed("draw", [])).figures


def test_an_entry_can_be_like_another():
    content = changed("methods.slow", {"like": "sob_diff", "training": {"learning_rate": 1e-4}})
    content["methods"]["plain"] = {"like": "slow", "sobolev": None}
    found = validate(content).methods
    assert found["slow"].training.learning_rate == 1e-4
    assert found["slow"].training.batch_size == found["sob_diff"].training.batch_size
    assert found["slow"].sobolev == found["sob_diff"].sobolev
    assert found["plain"].sobolev is None
    assert found["plain"].training == found["slow"].training
    assert "like" not in found["slow"].identity()


def test_an_entry_takes_lists_whole_and_what_a_later_file_changed(tmp_path):
    later = tmp_path / "later.yaml"
    later.write_text(
        "experiments: {pendulum: {seeds: 3}, brief: {like: pendulum, n_traj: [5]}}\n"
        "methods: {mlp: {like: gone}}\n"
    )
    with pytest.raises(ConfigError, match=r"methods\.mlp\.like: unknown name 'gone'"):
        project(str(later))
    later.write_text(later.read_text().replace("gone", "sob_mlp"))
    experiments = project(str(later)).experiments
    assert experiments["brief"] == experiments["pendulum"].model_copy(update={"n_traj": (5,)})


def test_what_a_task_says_of_a_method_can_be_like_what_it_says_of_another():
    methods = {
        "diff": {"training": {"batch_size": 8}},
        "sob_diff": {"like": "diff", "sobolev": {"weight": 0.5}},
    }
    content = changed("tasks.pendulum.methods", methods)
    content["tasks"]["heavy"] = {
        "like": "pendulum",
        "kind": "pendulum",
        "methods": {"diff": {"training": {"batch_size": 4}}},
    }
    settings = validate(content)
    for task, size in (("pendulum", 8), ("heavy", 4)):
        method = settings.method(task, "sob_diff")
        assert (method.training.batch_size, method.sobolev.weight) == (size, 0.5)
        assert method.policy == settings.methods["sob_diff"].policy
    content["tasks"]["pendulum"]["methods"]["sob_diff"]["like"] = "dif"
    with pytest.raises(ConfigError, match=r"tasks\.pendulum\.methods\.sob_diff\.like: unknown name 'dif'"):
        validate(content)


@pytest.mark.parametrize("path", [*ROOT.glob("config/**/*.yaml"), ROOT / "benchmarks/paper_size.yaml"])
def test_there_is_one_way_to_inherit(path):
    tokens = yaml.scan(path.read_text())
    assert not [each for each in tokens if isinstance(each, yaml.AnchorToken | yaml.AliasToken)]


def test_entries_like_each_other_are_refused():
    content = changed("methods.a", {"like": "b"})
    content["methods"]["b"] = {"like": "a"}
    with pytest.raises(ConfigError, match=r"methods\.a\.like: a circle, a -> b -> a"):
        validate(content)


def test_task_overrides_are_merged_into_the_method():
    merged = validate(changed("tasks.pendulum.methods", {"sob_diff": {"sobolev": {"weight": 0.5}}}))
    method = merged.method("pendulum", "sob_diff")
    assert method.sobolev.weight == 0.5
    assert method.policy == merged.methods["sob_diff"].policy


def test_task_can_be_searched_differently():
    merged = validate(changed("tasks.pendulum.best_known", {"rounds": 7}))
    assert merged.search("pendulum") == merged.best_known.model_copy(update={"rounds": 7})
    assert merged.search("quadrotor") == merged.best_known


def test_schema_is_in_step_with_the_types():
    assert (ROOT / "config/schema.json").read_text() == cli.schema_text(), (
        "run: sobolev-diffusion schema > config/schema.json"
    )


@pytest.mark.parametrize(
    "section", ["tasks", "methods", "experiments", "timings", "figures", "tables", "animations"]
)
@pytest.mark.parametrize(
    "name",
    [
        "../../../outside",
        "/outside",
        "a/b",
        "{seeds}",
        "<script>",
        "a\nb",
        "",
        "-a",
        "_a",
        ".",
        "..",
        "é",
        "x" * 101,
        7,
    ],
)
def test_names_stay_within_their_folder(section, name):
    content = copy.deepcopy(DEFAULT)
    content[section][name] = next(iter(content[section].values()))
    with pytest.raises(ConfigError) as said:
        validate(content)
    assert str(said.value).startswith(f"config: {section}: name ")
    assert "\n" not in str(said.value)


def test_a_dot_in_the_name_of_a_drawn_file_is_refused_because_it_would_begin_a_suffix():
    content = copy.deepcopy(DEFAULT)
    content["figures"]["noise_0.1"] = content["figures"]["fig1_pendulum"]
    with pytest.raises(
        ConfigError, match=r"figures: name 'noise_0.1': take letters, digits, '_', '-', a letter"
    ):
        validate(content)


def test_captions_say_what_is_computed():
    smoke = project("config/smoke.yaml")
    assert smoke.tables["fig1_pendulum"].caption.endswith("interval over 2 seeds of 4 instances each.")
    whole = project()
    assert whole.tables["fig1_pendulum"].caption.endswith("interval over 5 seeds of 50 instances each.")
    assert "20 trajectories, 100 epochs" in whole.tables["ablation_chain"].caption
    assert "2 seeds of 50" in whole.tables["ablation_chain"].caption
    assert "T_a = 8;" in whole.figures["fig3_ur5_full_fixed"].caption
    assert "best of 8 and" in whole.tables["guesses_ur5_small_random"].caption
    assert "after 2 iterations;" in whole.tables["ablation_interplay"].caption
    assert "stays within 5% of" in whole.tables["trajectories_needed"].caption
    assert "at most 1000 iterations;" in whole.tables["to_alone"].caption


@pytest.mark.parametrize("path", [ROOT / "config/drawings.yaml", *(ROOT / "config/sweeps").glob("*.yaml")])
def test_no_caption_has_numbers_of_the_settings_as_text(path):
    content = yaml.safe_load(path.read_text())
    for section in ("figures", "tables"):
        for name, drawing in (content.get(section) or {}).items():
            caption = (drawing or {}).get("caption", "")
            assert not re.search(r"\d+ (seeds|instances|trajectories|epochs|iterations)", caption), name
            assert not re.search(r"T_a = \d|best of \d|within \d", caption), name


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("over {sedes} seeds", "tables.fig1_pendulum.caption: nothing to put for {sedes}; there are .*seeds"),
        ("a {brace", "tables.fig1_pendulum.caption: .*; write {{ and }} for braces"),
        ("{0}", "nothing to put for {0}"),
        ("{timed_instances}", "nothing to put for {timed_instances}"),
    ],
)
def test_placeholders_that_say_nothing_are_refused(caption, said):
    with pytest.raises(ConfigError, match=said):
        validate(changed("tables.fig1_pendulum.caption", caption))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"- a list\n", "expected sections by name, found a list"),
        (b"seeds: \xe9\n", "cannot be read as YAML"),
        (b"seeds: [1\n", r"cannot be read as YAML \(.*line 2, column 1"),
        (b"seeds: 1\nfirst_seed: 0\nseeds: 2\n", "line 3: the key seeds stands there a second time"),
        (b"tasks:\n  a: {kind: ur5, kind: pendulum}\n", "line 2: the key kind stands there a second time"),
        (b"a: " + b"[" * 5000, "cannot be read as YAML"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_line(tmp_path, content, said):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=said) as raised:
        load(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_an_experiment_that_trains_nothing_has_no_epochs_to_name():
    content = changed(
        "experiments.followed", {"task": "pendulum", "methods": ["nearest"], "n_traj": [2], "epochs": {}}
    )
    content["tables"]["followed"] = {
        "kind": "sample_efficiency",
        "experiment": "followed",
        "caption": "{n_traj}",
    }
    assert validate(content).tables["followed"].caption == "2"
    content["tables"]["followed"]["caption"] = "{epochs}"
    with pytest.raises(ConfigError, match=r"nothing to put for \{epochs\}"):
        validate(content)


def test_a_chosen_guess_is_there_to_be_refined():
    chosen = changed("experiments.quadrotor.guess", {"samples": 2})  # which is not refined
    with pytest.raises(ConfigError, match=r"experiments.quadrotor: guess: .* set refine: true"):
        validate(chosen)
