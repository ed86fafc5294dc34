"""The workflow from one's own folder, with a configuration of one's own and nothing of the repository."""

import shutil

import pytest
import yaml
from clones import ROOT, planned, workflow

from sobolev_diffusion.cli import main

MINE = {
    "seeds": 1,
    "evaluation": {"instances": 2},
    "block_size": 4,
    "tasks": {
        "cart_pole": {
            "module": "cart_pole.py",
            # enough for one of its four training instances
            "cold": {"step_acceptance": "armijo", "mu": 1e-4, "max_iterations": 600},
        }
    },
    "experiments": {
        "cart_pole": {
            "task": "cart_pole",
            "methods": ["diff"],
            "n_traj": [4],
            "epochs": {"diffusion": [1]},
            "action_lengths": [8],
        }
    },
    "figures": {
        "cart_pole": {
            "kind": "sample_efficiency",
            "experiment": "cart_pole",
            "action_lengths": [8],
            "cost_limit": 100,
        }
    },
}


def write(folder, **changes):
    (folder / "mine.yaml").write_text(yaml.safe_dump(MINE | changes))
    return "--configfile", "mine.yaml"


@pytest.fixture
def folder(tmp_path):
    shutil.copy(ROOT / "examples/cart_pole.py", tmp_path)
    return tmp_path


def test_from_a_configuration_to_a_report_that_says_what_it_rests_on(folder):
    mine = write(folder)
    status, output = workflow(folder, *mine, "-n")
    assert status == 0, output
    assert planned(output) == {"demonstrations": 2, "policy": 1, "evaluation": 2, "figure": 1}
    status, output = workflow(folder, *mine, "--report", "report.html")
    assert status == 0, output
    weak = "3 of 4 instances are not learnt from: solved alone 3 x at the limit of iterations"
    *_, headline, last = output.splitlines()
    assert headline == "What was made here rests on less than it should:"
    assert last.startswith(f"  policies of cart_pole: {weak} (results/policies/cart_pole/diff/")
    page = (folder / "report.html").read_text()
    assert "It rests on less than it should" in page
    assert weak in page
    assert (folder / "results/figures/cart_pole.pdf").is_file()
    status, output = workflow(folder, *mine)
    assert "Nothing to be done" in output, output


def test_its_configuration_can_be_checked_alone(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    write(folder)
    assert main(["check-config", "mine.yaml"]) == 0
    write(folder, experiments={"cart_pole": MINE["experiments"]["cart_pole"] | {"task": "card_pole"}})
    assert main(["check-config", "mine.yaml"]) == 1
    assert (
        "experiments.cart_pole.task: unknown name 'card_pole'; known: acrobot, acrobot_half, cart_pole"
        in capsys.readouterr().err
    )


def test_what_went_wrong_is_said_last(folder):
    cold = MINE["tasks"]["cart_pole"]["cold"] | {"max_iterations": 1}
    mine = write(folder, tasks={"cart_pole": MINE["tasks"]["cart_pole"] | {"cold": cold}})
    status, output = workflow(folder, *mine)
    assert status != 0
    last = output.splitlines()[-1]
    assert last.startswith("results/policies/cart_pole/diff/n4/epochs1/seed0/iter1.")
    assert last.endswith(
        "no demonstration to learn from: none of 4 instances was solved: "
        "solved alone 4 x at the limit of iterations"
    )
    status, output = workflow(folder, *mine, "-n")
    assert status == 0, output
    assert "no demonstration" not in output  # it was the other run that failed


def test_built_in_tasks_and_methods_are_there_by_name(folder):
    experiment = MINE["experiments"]["cart_pole"] | {"task": "pendulum", "methods": ["sob_diff", "nearest"]}
    mine = write(folder, tasks={}, experiments={"cart_pole": experiment})
    status, output = workflow(folder, *mine, "-n")
    assert status == 0, output
    assert planned(output)["policy"] == 2


MISTAKES = {
    "an unknown drawing": (
        ["--configfile", "mine.yaml", "-n", "--", "results/figures/nope.pdf"],
        "no nope among the figures of the configuration; it has cart_pole",
    ),
    "results that are a file": (
        ["--configfile", "mine.yaml", "-n", "--config", "results=cart_pole.py"],
        "config: results: cart_pole.py is a file, not a folder",
    ),
    "results below a file": (
        ["--configfile", "mine.yaml", "-n", "--config", "results=mine.yaml/x"],
        "config: results: mine.yaml is a file, not a folder",
    ),
    "results that cannot be made": (
        ["--configfile", "mine.yaml", "-n", "--config", "results=/proc/nowhere"],
        "config: results: /proc/nowhere cannot be made (No such file or directory)",
    ),
    "forgotten --": (
        ["--configfile", "mine.yaml", "results/figures/cart_pole.pdf"],
        "results/figures/cart_pole.pdf: no configuration file; put -- before what is to be made",
    ),
    "no such configuration": (
        ["--configfile", "nowhere.yaml", "-n"],
        "nowhere.yaml: there is no such configuration file",
    ),
    "no YAML": (["--configfile=broken.yaml", "-n"], "broken.yaml: cannot be read as YAML"),
    "a key that is none": (
        ["--configfile", "mine.yaml", "-n", "--config", "sedes=3"],
        "config: unknown key sedes; allowed here: animations, best_known, block_size,",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_the_last_line(folder, mistake):
    write(folder)
    (folder / "broken.yaml").write_text("a: 1\nb: [1\nc: 2\n")
    arguments, said = MISTAKES[mistake]
    status, output = workflow(folder, *arguments)
    assert status != 0
    last = output.splitlines()[-1]
    assert last.startswith(said), output
    if mistake == "no YAML":
        assert "line 3" in last


def test_snakemake_finds_nothing_to_mend_but_environments_for_each_rule(folder):
    _, output = workflow(ROOT, "--lint")
    findings = {line.strip() for line in output.splitlines() if line.startswith("    * ")}
    assert findings == {"* Specify a conda environment or container for each rule.:"}
