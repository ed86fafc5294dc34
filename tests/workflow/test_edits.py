"""An edit of the configuration reruns what depends on it, and nothing else; undone, it runs nothing."""

import re

import pytest
from clones import planned, snakemake
from configurations import project, written

from sobolev_diffusion.experiment.plan import Plan

CONFIG = written()
ALL_DRAWN = {section[:-1]: len(CONFIG[section]) for section in ("figures", "tables", "animations")}
PENDULUM_TABLES = ("tables/fig1_pendulum.md", "tables/timing_pendulum.md")


def edit(folder, file, old, new):
    """Replace a text that is there once; how to undo it."""
    path = folder / file
    before = path.read_text()
    assert before.count(old) == 1, f"{old!r} is not there once"
    path.write_text(before.replace(old, new))
    return lambda: path.write_text(before)


@pytest.mark.parametrize(
    ("file", "old", "new", "jobs", "reason"),
    [
        ("config/experiments.yaml", "seeds: 5\n", "seeds: 5  # enough\n", {}, None),
        ("config/drawings.yaml", "cost_limit: 1000", "cost_limit: 900", {"figure": 1}, "settings changed"),
        (
            "config/drawings.yaml",
            "Single pendulum, as",
            "Single pendulum, like",
            {"table": 1},
            "settings changed",
        ),
        ("config/plotting.yaml", '"#d62728"', '"#d62729"', ALL_DRAWN, "the style changed"),
    ],
    ids=["comment", "limit", "caption", "colour"],
)
def test_looks_redraw_and_no_more_and_undone_nothing_runs(drawn, file, old, new, jobs, reason):
    undo = edit(drawn, file, old, new)
    status, output = snakemake(drawn, "-n", "all")
    assert status == 0, output
    assert planned(output) == jobs
    assert len(re.findall(r"drawing \w+ \w+: \w+", output)) == sum(jobs.values())
    assert reason is None or reason in output
    undo()
    status, output = snakemake(drawn, "-n", "all")
    assert "Nothing to be done" in output, output


def test_a_leaf_of_one_method_reruns_that_method(drawn):
    undo = edit(
        drawn,
        "config/methods.yaml",
        "policy: {kind: direct}\n    sobolev: {weight: 0.003}",
        "policy: {kind: direct}\n    sobolev: {weight: 0.004}",
    )
    of_the_pendulum = [f"results/{name}" for name in ("figures/fig1_pendulum.pdf", *PENDULUM_TABLES)]
    status, output = snakemake(drawn, "-n", *of_the_pendulum)
    assert status == 0, output
    experiment, seeds = CONFIG["experiments"]["pendulum"], CONFIG["seeds"]
    runs = seeds * len(experiment["n_traj"]) * len(experiment["epochs"]["direct"])
    jobs = planned(output)
    artefacts = Plan(project(folder=drawn), drawn).artefacts()
    solved = [each for each in artefacts if each.labels["task"] == "pendulum" and "block" in each.labels]
    assert len(solved) == seeds * -(-max(experiment["n_traj"]) // CONFIG.get("block_size", 10))
    blocks = sum(not (drawn / "results/cache" / each.frozen_file).exists() for each in solved)
    drawn_again = {"figure": 1, "table": 2}
    assert jobs == {"policy": runs, "evaluation": runs, "demonstrations": blocks, "timing": 1, **drawn_again}
    assert "must show results of other settings" in output
    undo()
    assert "Nothing to be done" in snakemake(drawn, "-n", "all")[1]
