"""The DAG as Snakemake sees it: what a fresh clone runs, what an edit reruns."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COPIED = ("Snakefile", "workflow", "config", "profiles")


@pytest.fixture
def clone(tmp_path):
    """The workflow with its committed results, without anything computed."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    tracked = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "results"], capture_output=True, text=True, check=True
    ).stdout.split()
    for name in tracked:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def snakemake(folder, *arguments):
    """Run Snakemake; its exit status and everything it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments], cwd=folder, capture_output=True, text=True
    )
    return run.returncode, run.stdout + run.stderr


def planned(output):
    """Rule -> number of jobs, from the statistics that a dry run prints."""
    return {rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", output, re.M)}


def test_fresh_clone_computes_nothing(clone):
    status, output = snakemake(clone, "-n", "all")
    assert status == 0, output
    assert set(planned(output)) <= {"all", "figure", "table", "total"}
    assert planned(output)["figure"] >= 1


def test_an_edit_is_seen_without_any_memory_of_snakemakes(clone):
    assert snakemake(clone, "--cores", "2", "all")[0] == 0
    shutil.rmtree(clone / ".snakemake")
    status, output = snakemake(clone, "-n", "all")
    assert status == 0, output
    assert "Nothing to be done" in output
    path = clone / "config/config.yaml"
    path.write_text(path.read_text().replace("norm_scale: 30", "norm_scale: 31"))
    shutil.rmtree(clone / ".snakemake", ignore_errors=True)
    jobs = planned(snakemake(clone, "-n", "all")[1])
    assert jobs["policy"] == 20
    assert jobs["figure"] == 1


def test_cache_off_computes_everything(clone):
    status, output = snakemake(clone, "-n", "all", "--config", "cache=off")
    assert status == 0, output
    jobs = planned(output)
    config = yaml.safe_load((clone / "config/config.yaml").read_text())
    experiment = config["experiments"]["pendulum"]
    per_kind = {kind: len(lengths) for kind, lengths in experiment["epochs"].items()}
    policies = 2 * sum(per_kind.values()) * len(experiment["n_traj"]) * config["seeds"]
    assert jobs["policy"] >= policies
    assert jobs["evaluation"] >= policies + config["seeds"]


def test_missing_artefact_is_named_with_cache_require(clone):
    shutil.rmtree(clone / "results/cache/evaluations")
    status, output = snakemake(clone, "-n", "all", "--config", "cache=require")
    assert status != 0
    assert re.search(r"cache=require: evaluations \S+ \(key [0-9a-f]{16}\) is not in results/cache", output)


def test_mistake_in_the_configuration_is_one_line(clone):
    status, output = snakemake(clone, "-n", "all", "--config", "sedes=3")
    assert status != 0
    assert "config: unknown key sedes; allowed here:" in output
    assert "Traceback" not in output


def test_file_of_other_settings_is_refused(clone):
    wrong = "results/policies/pendulum/diff/n10/epochs5/seed0/iter1.0123456789abcdef.safetensors"
    status, output = snakemake(clone, "-n", wrong)
    assert status != 0
    assert "other settings" in output
