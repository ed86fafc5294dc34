"""The whole chain from nothing, twice: same bytes, whatever --cores."""

import os
import subprocess
from pathlib import Path

import pytest
from clones import command, copy_workflow, digests

SMOKE = ("--configfile", "config/smoke.yaml", "--config", "cache=off")


def run_chain(folder, cores):
    """Compute everything of the smoke configuration in a folder; digests of what repeats."""
    copy_workflow(folder)
    subprocess.run(
        command("--cores", cores, "all", *SMOKE),
        cwd=folder,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": str(cores)},
    )
    return digests(folder / "results/smoke")


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    return {cores: run_chain(tmp_path_factory.mktemp(f"cores{cores}"), cores) for cores in (1, 2)}


def test_same_bytes_with_one_core_and_with_two(chains):
    assert chains[1] == chains[2]


def test_every_stage_is_there(chains):
    kinds = {Path(name).suffix for name in chains[1]}
    assert kinds == {".npz", ".safetensors", ".parquet", ".csv", ".md", ".tex", ".pdf", ".png"}
