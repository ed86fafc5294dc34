"""What a run puts in order before its first job is ours, and nobody needs it any more."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sobolev_diffusion import files
from sobolev_diffusion.experiment.housekeeping import leftovers, settle_times
from sobolev_diffusion.files import partial_folder, remove, write_atomically

RESULTS, CACHE = Path("results"), Path("results/cache")

DIE_WRITING = """
import os, signal, sys
from pathlib import Path
from sobolev_diffusion import files
from sobolev_diffusion.files import partial_folder, write_atomically

target = Path(sys.argv[1])
with partial_folder(target.parent, "folder") as folder:
    (folder / "file").write_text("half")
    write_atomically(target, lambda partial: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def killed_while_writing(target):
    run = subprocess.run([sys.executable, "-c", DIE_WRITING, target])
    assert run.returncode < 0
    assert len(list(target.parent.iterdir())) == 2


@pytest.mark.parametrize("place", ["evaluations/a/b", "figures", ".drawn/figures", "cache/policies"])
def test_what_a_killed_process_left_is_found_where_we_write(folder, place):
    killed_while_writing(RESULTS / place / "file.parquet")
    found = leftovers(RESULTS, CACHE)
    assert sorted(path.is_dir() for path in found) == [False, True]
    for path in found:
        remove(path)
    assert list((RESULTS / place).iterdir()) == []
    assert leftovers(RESULTS, CACHE) == []


def test_what_is_being_written_is_left_alone(folder):
    def look(partial):
        partial.write_text("half")
        assert partial.exists()
        assert leftovers(RESULTS, CACHE) == []

    write_atomically(RESULTS / "figures/one.pdf", look)
    with partial_folder(RESULTS / ".drawn/figures", "one"):
        assert leftovers(RESULTS, CACHE) == []


@pytest.mark.parametrize(
    "name",
    [
        ".one.pdf.x.partial",  # a downloader's
        "video.partial",
        f".one.pdf.x.{files._HOST}_1.sobolev-partial",  # the first process is always there
        ".one.pdf.x.another-machine_99999999.sobolev-partial",
        "one.99999999.sobolev-partial",
    ],
)
def test_what_is_not_ours_or_may_be_written_elsewhere_is_left_alone(folder, name):
    for place in (RESULTS / "figures", RESULTS):
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("")
    assert leftovers(RESULTS, CACHE) == []


def test_folders_that_are_not_ours_are_not_looked_at(folder):
    killed_while_writing(RESULTS / "notes/thesis.tex")
    killed_while_writing(folder / "home/thesis.tex")
    assert leftovers(RESULTS, CACHE) == []
    assert leftovers(folder, CACHE) == []


def test_computed_files_from_the_future_become_present_and_others_stay(folder):
    old, future, foreign = RESULTS / "policies/old", RESULTS / "policies/a/future", RESULTS / "notes"
    future.parent.mkdir(parents=True)
    for path, seconds in ((old, -1000), (future, 1000), (foreign, 1000)):
        path.write_text("")
        os.utime(path, (time.time() + seconds,) * 2)
    before = old.stat().st_mtime
    settle_times(RESULTS)
    assert old.stat().st_mtime == before
    assert future.stat().st_mtime <= time.time()
    assert foreign.stat().st_mtime > time.time()
