"""A task in a file outside the package goes through the same DAG; a mistake in it is told with its name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COPIED = ("Snakefile", "workflow", "config", "profiles", "examples")
SMALL = {
    "seeds": 1,
    "evaluation": {"instances": 2},
    "block_size": 2,
    "cache": "off",
    "experiments": {"cart_pole": {"n_traj": [2], "epochs": {"diffusion": [2]}, "action_lengths": [8]}},
    "figures": {"cart_pole": {"action_lengths": [8]}},
}


@pytest.fixture
def folder(tmp_path):
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL))
    return tmp_path


def snakemake(folder, *targets):
    """Run Snakemake on the example's configuration; its exit status and everything it printed."""
    configs = ("config/config.yaml", "examples/cart_pole.yaml", "small.yaml")
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", *configs, "--", *targets],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stdout + run.stderr


def test_from_the_file_to_the_figures(folder):
    targets = [
        f"results/figures/{name}.{kind}"
        for name in ("cart_pole", "task_cart_pole")
        for kind in ("csv", "png")
    ]
    status, output = snakemake(folder, *targets)
    assert status == 0, output
    for target in targets:
        assert (folder / target).stat().st_size > 0
    drawn = (folder / "results/figures/cart_pole.csv").read_text()
    assert "sob_diff" in drawn
    assert "diff" in drawn


def test_mistake_ends_the_run_with_its_name(folder):
    path = folder / "examples/cart_pole.py"
    path.write_text(path.read_text().replace("[0.02, 0.02, 0.002, 0.002]", "[np.inf, 0.02, 0.002, 0.002]"))
    status, output = snakemake(folder, "results/figures/task_cart_pole.png")
    assert status != 0
    assert "cart_pole: problem(theta): expected a finite cost of the guess" in output, output
