"""Through a real Slurm of one node, the same bytes as without."""

import importlib.util
import os
import shutil
import subprocess

import pytest
from clones import ROOT, command, copy_workflow, digests, tiny

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
PLUGIN = "snakemake_executor_plugin_slurm"
PATH = f"{os.environ['PATH']}:/usr/sbin"
missing = [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]
missing += [PLUGIN] if importlib.util.find_spec(PLUGIN) is None else []

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
]


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """A cluster of this machine, with one card."""
    script, cluster = ROOT / "tests/slurm_node.sh", tmp_path / "cluster"
    monkeypatch.setenv("PATH", f"{cluster}/bin:{PATH}")
    subprocess.run([script, "start", cluster], check=True)
    monkeypatch.setenv("SLURM_CONF", str(cluster / "slurm.conf"))
    yield
    subprocess.run([script, "stop", cluster], check=True)


def test_same_bytes_through_slurm_with_a_card_for_each_training(slurm, tmp_path):
    local, through = (copy_workflow(tmp_path / name) for name in ("local", "through"))
    subprocess.run(command(*tiny(local)), cwd=local, check=True)
    asked = ["--workflow-profile", "profiles/slurm", "--set-resources", "policy:gpu=1", "policy:runtime=60"]
    asked += ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "5"]
    run = subprocess.run(command(*asked, *tiny(through)), cwd=through, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "SLURM jobid" in run.stdout + run.stderr
    assert digests(through / "results/tiny") == digests(local / "results/tiny")
