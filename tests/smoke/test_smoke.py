"""The whole chain from nothing, twice: same bytes, whatever --cores."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("Snakefile", "workflow", "config", "profiles")
MEASURED = ("timings", "tables/timing")  # hold seconds


def run_chain(folder, cores):
    """Compute everything of the smoke configuration in a folder; digests of what repeats."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--cores", str(cores), "all"),
            *("--configfile", "config/smoke.yaml", "--config", "cache=off"),
        ],
        cwd=folder,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": str(cores)},
    )
    results = folder / "results/smoke"
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.suffix in (".npz", ".safetensors", ".parquet", ".csv", ".md", ".tex", ".pdf", ".png")
        and not str(path.relative_to(results)).startswith(MEASURED)
    }


@pytest.fixture(scope="module")
def digests(tmp_path_factory):
    return {cores: run_chain(tmp_path_factory.mktemp(f"cores{cores}"), cores) for cores in (1, 2)}


def test_same_bytes_with_one_core_and_with_two(digests):
    assert digests[1] == digests[2]


def test_every_stage_is_there(digests):
    kinds = {Path(name).suffix for name in digests[1]}
    assert kinds == {".npz", ".safetensors", ".parquet", ".csv", ".md", ".tex", ".pdf", ".png"}
