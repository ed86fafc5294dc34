"""Every kind of tampering with an artefact is named, and what has not changed is not read again."""

import json
import os
import shutil
from pathlib import Path

import pytest

from sobolev_diffusion.experiment import verify as verification
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.stamps import stamp_path
from sobolev_diffusion.experiment.verify import leftovers, verify
from sobolev_diffusion.files import digest

ONE = Artefact("evaluations", "task/method/seed0", {"seed": 0})
TWO = Artefact("evaluations", "task/method/seed1", {"seed": 1})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two artefacts with their stamps, that did not change for long, and an empty cache."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verification, "SETTLED", -1.0)
    for artefact in (ONE, TWO):
        path = Path("results") / artefact.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artefact.key)
        stamp = {"stage": artefact.stage, "key": artefact.key, "sha256": digest(path)}
        stamp_path(path).write_text(json.dumps(stamp))
    return tmp_path


def faults(ledger=None):
    return verify(Path("results"), Path("cache"), ledger).faults


FILE, OTHER = Path("results") / ONE.file, Path("results") / TWO.file


def swap(one, two):
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


def altered():
    FILE.write_bytes(b"other")


def altered_within_its_size_and_times():
    before = FILE.stat()
    FILE.write_bytes(FILE.read_bytes()[::-1])
    os.utime(FILE, ns=(before.st_atime_ns, before.st_mtime_ns))


def truncated():
    FILE.write_bytes(FILE.read_bytes()[:5])


def emptied():
    FILE.write_bytes(b"")


def swapped():
    swap(FILE, OTHER)


def swapped_with_stamps():
    swap(FILE, OTHER)
    swap(stamp_path(FILE), stamp_path(OTHER))


def copied_from_another_configuration():
    shutil.copy(OTHER, FILE)
    shutil.copy(stamp_path(OTHER), stamp_path(FILE))


def unstamped():
    stamp_path(FILE).unlink()


def stamp_cut_short():
    stamp_path(FILE).write_bytes(stamp_path(FILE).read_bytes()[:20])


def renamed():
    for path in (FILE, stamp_path(FILE)):
        path.rename(path.with_name(path.name.replace(ONE.key, "0123456789abcdef")))


def foreign():
    FILE.with_name("from_elsewhere.parquet").write_bytes(b"")


FAULTS = [
    altered,
    altered_within_its_size_and_times,
    truncated,
    emptied,
    swapped,
    swapped_with_stamps,
    copied_from_another_configuration,
    unstamped,
    stamp_cut_short,
    renamed,
    foreign,
]


@pytest.mark.parametrize("tamper", FAULTS)
def test_tampering_is_named_with_the_remedy_whether_verified_before_or_not(folder, tamper):
    ledger = folder / "ledger.json"
    assert faults() == faults(ledger) == []
    tamper()
    found = faults()
    assert found
    assert faults(ledger) == found
    for line in found:
        assert line.startswith("results/evaluations/")
        assert "; rm results/evaluations/" in line
        assert "\n" not in line


def test_a_frozen_file_that_is_gone_is_named_and_a_killed_job_is_not(folder):
    FILE.unlink()
    assert faults() == []
    stamp = Path("cache/evaluations/0123456789abcdef.parquet.stamp.json")
    stamp.parent.mkdir(parents=True)
    stamp.write_text("{}")
    (fault,) = faults()
    assert fault == f"{stamp}: belongs to a file that is gone; rm {stamp}"


def test_what_has_not_changed_is_not_read_again(folder, monkeypatch):
    ledger = folder / "ledger.json"
    assert verify(Path("results"), Path("cache"), ledger).checked == 2
    read = []
    monkeypatch.setattr(verification, "check", lambda path, key: read.append(path))
    stamp_path(OTHER).touch()
    assert verify(Path("results"), Path("cache"), ledger).checked == 2
    assert read == [OTHER]


def test_what_changed_a_moment_ago_is_read_again(folder, monkeypatch):
    monkeypatch.setattr(verification, "SETTLED", 60.0)
    ledger = folder / "ledger.json"
    assert faults(ledger) == []
    read = []
    monkeypatch.setattr(verification, "check", lambda path, key: read.append(path))
    verify(Path("results"), Path("cache"), ledger)
    assert read == [FILE, OTHER]


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"results": 1}'])
def test_broken_ledger_is_as_good_as_none(folder, content):
    ledger = folder / "ledger.json"
    ledger.write_text(content)
    altered()
    assert len(faults(ledger)) == 1


def test_partial_files_of_killed_jobs_are_found(folder):
    partial = FILE.with_name(f".{FILE.name}.abc.partial")
    partial.write_bytes(b"")
    assert leftovers(Path("results")) == [partial]
    assert faults() == []
