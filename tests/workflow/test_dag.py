"""The DAG as Snakemake sees it: what a fresh clone runs, where artefacts are taken from, what is refused."""

import base64
import re
import shutil

import pytest
import yaml
from clones import clone, planned, snakemake, workflow
from configurations import project, written

from sobolev_diffusion.experiment.cache import Cache
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import check

DRAWN = ("figures", "tables", "animations")


@pytest.fixture
def folder(tmp_path):
    return clone(tmp_path)


def frozen(folder, stage):
    """The first artefact of the plan whose frozen copy is there."""
    cache = Cache(folder / "results/cache")
    for artefact in Plan(project(folder=folder), folder).artefacts():
        if artefact.stage == stage and cache.place(artefact):
            return artefact
    raise AssertionError(f"nothing of {stage} is frozen")


def test_fresh_clone_draws_and_computes_nothing(folder):
    status, output = snakemake(folder, "-n", "all")
    assert status == 0, output
    config = written(folder)
    assert planned(output) == {section[:-1]: len(config[section]) for section in DRAWN}
    assert "drawing figure fig1_pendulum: not drawn in this folder yet" in output
    assert output.count("Job stats:") == 1
    status, output = workflow(folder, "-n")
    assert status == 0, output
    assert output.count("Job stats:") == 1
    assert len(output.splitlines()) < 40, output  # a table, not a line for each of them
    assert planned(output) == {section[:-1]: len(config[section]) for section in DRAWN}


def test_drawing_leaves_the_committed_files_as_they_are_and_the_report_shows_them(folder):
    committed = {p: p.read_bytes() for s in ("figures", "tables") for p in (folder / "results" / s).iterdir()}
    status, output = workflow(folder, "--report", "report.html", "--cores", "2")
    assert status == 0, output
    drawn = {p: p.read_bytes() for s in ("figures", "tables") for p in (folder / "results" / s).iterdir()}
    assert drawn == committed
    page = (folder / "report.html").read_text()
    config = written(folder)
    for section, shown in (("figures", ".png"), ("tables", ".csv")):
        for name, spec in config[section].items():
            assert re.search(r"(Fig\.|Table) \d|Not in the paper", spec["caption"]), name
            opening = re.match(r"[\w .,:()]+", spec["caption"])[0]
            assert f'"caption": "<p>{opening}' in page, name
            content = base64.b64encode((folder / "results" / section / (name + shown)).read_bytes()).decode()
            assert content in page, name
    assert re.search(r'"rule": "figure"[^}]*"runtime"|"runtime"[^}]*"rule": "figure"', page)
    assert not re.search(r"""(src|href)=["']https?://(?!arxiv)""", page)


def test_cache_off_computes_everything(folder):
    status, output = snakemake(folder, "-n", "all", "--config", "cache=off")
    assert status == 0, output
    jobs = planned(output)
    config = written(folder)
    experiment = config["experiments"]["pendulum"]
    per_kind = {kind: len(lengths) for kind, lengths in experiment["epochs"].items()}
    policies = 2 * sum(per_kind.values()) * len(experiment["n_traj"]) * config["seeds"]
    assert jobs["policy"] >= policies
    assert jobs["evaluation"] >= policies + config["seeds"]
    assert "restore" not in jobs


def test_frozen_artefact_is_copied_to_its_readable_name_and_not_computed(folder):
    artefact = frozen(folder, "evaluations")
    target = f"results/{artefact.file}"
    status, output = snakemake(folder, "-n", target)
    assert status == 0, output
    assert planned(output) == {"restore": 1}
    assert "taking from the cache: evaluations" in output
    assert "evaluation" in planned(snakemake(folder, "-n", target, "--config", "cache=off")[1])
    status, output = snakemake(folder, "--cores", "1", target)
    assert status == 0, output
    check(folder / target, artefact.key)


def test_a_frozen_artefact_of_every_stage_can_be_asked_for_by_name(folder):
    stages = [stage for stage in STAGES if (folder / "results/cache" / stage).is_dir()]
    assert len(stages) > 5
    artefacts = [frozen(folder, stage) for stage in stages]
    names = [f"results/{artefact.file}" for artefact in artefacts]
    status, output = snakemake(folder, "--cores", "2", *names)
    assert status == 0, output
    assert planned(output) == {"restore": len(stages)}
    for artefact, name in zip(artefacts, names, strict=True):
        check(folder / name, artefact.key)


def test_what_is_not_frozen_is_computed_when_asked_for(folder):
    artefact = frozen(folder, "evaluations")
    shutil.rmtree(folder / "results/cache/evaluations")
    status, output = snakemake(folder, "-n", f"results/{artefact.file}")
    assert status == 0, output
    assert planned(output)["evaluation"] == 1
    assert "restore" not in planned(output)


def test_all_that_is_drawn_is_frozen(folder):
    status, output = snakemake(folder, "-n", "all", "--config", "cache=require")
    assert status == 0, output
    assert set(planned(output)) == {section[:-1] for section in DRAWN}


def test_missing_artefact_is_named_with_cache_require(folder):
    shutil.rmtree(folder / "results/cache/evaluations")
    status, output = snakemake(folder, "-n", "all", "--config", "cache=require")
    assert status != 0
    assert re.search(r"cache=require: evaluations \S+ \(key [0-9a-f]{16}\) is not in results/cache", output)
    assert "Traceback (most recent call last)" not in output  # Snakemake adds the rule's own lines


def test_rows_that_the_command_line_changes_stay_in_their_order(folder):
    """Nothing is put between the files of config/, which would turn them around."""
    longer = {"tables": {"ablation_steps": {"variants": {"Diff, 20 steps": {"iteration": 1}}}}}
    (folder / "longer.yaml").write_text(yaml.safe_dump(longer))
    target = "results/tables/ablation_steps.md"
    before = (folder / target).read_bytes()
    status, output = snakemake(folder, "--cores", "1", "--configfile", "longer.yaml", "--", target)
    assert status == 0, output
    assert (folder / target).read_bytes() == before


def test_mistake_in_the_configuration_is_one_line(folder):
    status, output = snakemake(folder, "-n", "all", "--config", "sedes=3")
    assert status != 0
    assert "config: unknown key sedes; allowed here:" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["config/smoke.yaml", "all"], "all: no configuration file; put -- before what is to be made"),
        (
            ["config/smoke.yaml", "results/figures/fig1_pendulum.png"],
            "results/figures/fig1_pendulum.png: no configuration file; put -- before what is to be made",
        ),
        (["nowhere.yaml", "--", "all"], "nowhere.yaml: there is no such configuration file"),
    ],
)
def test_what_snakemake_would_take_for_a_configuration_is_one_line(folder, arguments, said):
    status, output = snakemake(folder, "-n", "--configfile", *arguments)
    assert status != 0
    assert output.splitlines()[-1] == said
    assert "Traceback" not in output


def test_file_of_other_settings_is_refused(folder):
    wrong = "results/policies/pendulum/diff/n10/epochs5/seed0/iter1.0123456789abcdef.safetensors"
    status, output = snakemake(folder, "-n", wrong)
    assert status != 0
    assert "other settings" in output


def test_a_bad_input_ends_a_drawing_with_one_line(folder):
    """Altered after Snakemake looked: the job itself looks again."""
    part = Cache(folder / "results/cache").place(frozen(folder, "timings"))
    script = folder / "workflow/scripts/draw.py"
    alter = f"from pathlib import Path\nPath({str(part)!r}).write_bytes(b'other')\n"
    script.write_text(f"{alter}{script.read_text()}")
    status, output = snakemake(folder, "--cores", "1", "results/tables/timing_pendulum.md")
    assert status != 0
    assert f"{part.relative_to(folder)}: was altered after it was frozen; " in output
    assert "BadArtefact" not in output
