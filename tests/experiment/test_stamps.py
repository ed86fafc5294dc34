"""Artefacts on disk: whole or absent."""

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from artefacts import by_hand

from sobolev_diffusion.experiment.stamps import stamp_path, write_stamp
from sobolev_diffusion.files import write_atomically

ONE = by_hand("evaluations", "task/method/seed0")


def compute(results, artefact, content):
    path = results / artefact.file

    def write(partial):
        partial.write_bytes(content)
        write_stamp(path, partial, artefact.job([]), seconds=1.0)

    write_atomically(path, write)
    return path


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
