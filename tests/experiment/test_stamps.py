"""Artefacts on disk: whole or absent, frozen and restored byte for byte."""

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from artefacts import by_hand

from sobolev_diffusion.experiment.cache import freeze, place_of, restore
from sobolev_diffusion.experiment.stamps import check, read_stamp, stamp_path, write_stamp
from sobolev_diffusion.files import BadArtefact, write_atomically

ONE = by_hand("evaluations", "task/method/seed0")
TIMES = by_hand("timings", "task")


def compute(results, artefact, content):
    path = results / artefact.file

    def write(partial):
        partial.write_bytes(content)
        write_stamp(path, partial, artefact.job([]), seconds=1.0)

    write_atomically(path, write)
    return path


@pytest.fixture
def results(tmp_path):
    compute(tmp_path, ONE, b"one")
    return tmp_path


def test_failed_write_leaves_nothing(tmp_path):
    def fail(partial):
        partial.write_bytes(b"half")
        raise RuntimeError("disk full")

    target = tmp_path / "folder" / "file"
    with pytest.raises(RuntimeError, match="disk full"):
        write_atomically(target, fail)
    assert list(target.parent.iterdir()) == []


def test_failed_write_keeps_the_old_file(tmp_path):
    target = tmp_path / "file"
    write_atomically(target, lambda partial: partial.write_bytes(b"old"))

    def fail(partial):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(target, fail)
    assert target.read_bytes() == b"old"


def test_freeze_copies_what_is_computed_and_restore_brings_it_back(results, tmp_path):
    cache = tmp_path / "cache"
    frozen = cache / "evaluations" / f"{ONE.key}.parquet"
    absent = by_hand("evaluations", "task/method/seed2", 2)
    assert freeze([ONE, absent], results, cache) == [frozen]
    assert freeze([ONE, absent], results, cache) == []
    check(frozen, ONE.key)
    target = tmp_path / "elsewhere" / ONE.file
    restore(frozen, ONE.key, target)
    check(target, ONE.key)
    assert target.read_bytes() == b"one"
    assert read_stamp(target) == read_stamp(results / ONE.file)


def test_times_that_were_measured_here_count_before_frozen_ones_and_nothing_else_does(tmp_path):
    results, cache = tmp_path / "results", tmp_path / "cache"
    for artefact in (ONE, TIMES):
        assert place_of(artefact, results, cache) == results / artefact.file
        compute(tmp_path / "elsewhere", artefact, b"there")
        freeze([artefact], tmp_path / "elsewhere", cache)
        assert place_of(artefact, results, cache) == cache / artefact.cached_file
        assert place_of(artefact, results, None) == results / artefact.file
        compute(results, artefact, b"here")
    assert place_of(ONE, results, cache) == cache / ONE.cached_file
    assert place_of(TIMES, results, cache) == results / TIMES.file


def test_freeze_and_restore_refuse_an_altered_file(results, tmp_path):
    cache = tmp_path / "cache"
    (frozen,) = freeze([ONE], results, cache)
    for path in (frozen, results / ONE.file):
        path.write_bytes(b"other")
    with pytest.raises(BadArtefact, match="was altered"):
        freeze([ONE], results, tmp_path / "another")
    target = tmp_path / "elsewhere" / ONE.file
    with pytest.raises(BadArtefact, match="was altered"):
        restore(frozen, ONE.key, target)
    assert not target.exists()


def test_there_is_no_artefact_without_its_stamp_at_any_moment(tmp_path, monkeypatch):
    replaced = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda path, to: (replaced.append(to), replace(path, to)))
    path = compute(tmp_path, ONE, b"one")
    assert replaced == [stamp_path(path), path]


WRITE_TOO_MUCH = """
import sys
from pathlib import Path
import numpy as np
import pandas as pd
from sobolev_diffusion.experiment.parquet import write_parquet
write_parquet(Path(sys.argv[1]), pd.DataFrame({"x": np.random.default_rng(0).random(100_000)}))
"""


def test_disk_that_fills_up_while_writing_leaves_no_file(tmp_path):
    """The kernel refuses to let the file grow, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write then fails with EFBIG
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    target = tmp_path / "results" / "table.parquet"
    run = subprocess.run(
        [sys.executable, "-c", WRITE_TOO_MUCH, target], preexec_fn=limit, capture_output=True, text=True
    )
    assert run.returncode != 0
    assert os.strerror(errno.EFBIG) in run.stderr
    assert list(target.parent.iterdir()) == []
