"""What goes wrong with files between two runs is harmless, or named with its remedy before anything runs."""

import fcntl
import os
import shutil
import time

import pytest
from clones import planned, snakemake

from sobolev_diffusion import files

CACHE = "results/cache/evaluations"
DEAD = 2**31 - 1  # no process has a number as high


def two_frozen(folder):
    return sorted((folder / CACHE).glob("*.parquet"))[:2]


def test_times_and_snakemakes_memory_say_nothing(drawn):
    shutil.rmtree(drawn / ".snakemake")
    (drawn / "results/.verified.json").write_text("{")
    future = time.time() + 10_000
    for number, path in enumerate(sorted(p for p in drawn.rglob("*") if p.is_file())):
        os.utime(path, (future, future) if number % 2 else (1, 1))
    status, output = snakemake(drawn, "-n", "all")
    assert status == 0, output
    assert "Nothing to be done" in output


def test_an_old_file_over_a_newer_one_is_named_and_drawn_again(drawn):
    figure = drawn / "results/figures/fig1_pendulum.csv"
    right = figure.read_bytes()
    figure.write_bytes(right + b"older\n")
    os.utime(figure, (time.time() + 10_000,) * 2)
    (drawn / "results/tables/timing_pendulum.tex").unlink()
    status, output = snakemake(drawn, "-n", "all")
    assert status == 0, output
    assert planned(output) == {"figure": 1, "table": 1}
    assert "results/figures/fig1_pendulum.csv is not the file that was drawn last" in output
    assert "results/tables/timing_pendulum.tex is missing" in output
    assert snakemake(drawn, "--cores", "2", "all")[0] == 0
    assert figure.read_bytes() == right
    assert "Nothing to be done" in snakemake(drawn, "-n", "all")[1]


def test_spoilt_artefacts_are_named_all_at_once_and_nothing_runs(drawn):
    one, two = two_frozen(drawn)
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content[:-10])
    foreign = drawn / "results/policies/pendulum/stolen.safetensors"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"cos\nsystem\n")
    status, output = snakemake(drawn, "-n", "all")
    assert status != 0
    assert "Traceback" not in output
    for name in (one.name, two.name):
        remedy = f"git checkout -- '{CACHE}/{name.removesuffix('.part.parquet')}*'"
        assert f"{CACHE}/{name}: was altered after it was frozen; {remedy}" in output
    assert "results/policies/pendulum/stolen.safetensors: has no readable stamp" in output
    assert "rm results/policies/pendulum/stolen.safetensors* and run again" in output


@pytest.fixture
def killed(drawn):
    """As after a kill: Snakemake's locks, and a file that was being written."""
    locks = drawn / ".snakemake/locks"
    locks.mkdir(parents=True, exist_ok=True)
    (locks / "0.output.lock").write_text("results/tables/timing_pendulum.md\n")
    (drawn / "results/tables/timing_pendulum.md").unlink()
    dead, alive = (
        drawn / f"results/tables/.timing_pendulum.md.x.{files._HOST}_{process}.sobolev-partial"
        for process in (DEAD, os.getpid())
    )
    for partial in (dead, alive):
        partial.write_text("half")
    return drawn, dead, alive


def test_a_killed_run_is_continued_by_the_same_command(killed):
    folder, dead, alive = killed
    status, output = snakemake(folder, "--cores", "1", "results/tables/timing_pendulum.md")
    assert status == 0, output
    assert "An earlier run was killed; continuing it." in output
    assert not dead.exists()
    assert alive.exists()


def test_locks_of_a_run_that_is_alive_are_left_alone(killed):
    folder, _, _ = killed
    with (folder / ".snakemake/in_use").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        status, output = snakemake(folder, "--cores", "1", "results/tables/timing_pendulum.md")
    assert status != 0
    assert "cannot be locked" in output
