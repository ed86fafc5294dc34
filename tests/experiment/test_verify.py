"""Every kind of tampering with an artefact is named, and what has not changed is not read again."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from artefacts import by_hand

from sobolev_diffusion.experiment import verify as verification
from sobolev_diffusion.experiment.circumstances import code, kernels
from sobolev_diffusion.experiment.stamps import stamp_path, write_stamp
from sobolev_diffusion.experiment.verify import verify

ONE = by_hand("evaluations", "task/method/seed0")
TWO = by_hand("evaluations", "task/method/seed1", 1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two artefacts with their stamps, that did not change for long, and an empty cache."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verification, "SETTLED", -1.0)
    for artefact in (ONE, TWO):
        path = Path("results") / artefact.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artefact.key)
        write_stamp(path, path, artefact.job([]), seconds=1.0)
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


def names_a_module_of_its_own():
    stamp = json.loads(stamp_path(FILE).read_text())
    stamp["settings"] = {**stamp["settings"], "task": {"name": "mine", "module": "evil.py"}}
    stamp_path(FILE).write_text(json.dumps(stamp))


def stamped_with_what_no_configuration_says():
    stamp = json.loads(stamp_path(FILE).read_text())
    stamp_path(FILE).write_text(json.dumps({**stamp, "settings": float("nan")}))


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
    names_a_module_of_its_own,
    stamped_with_what_no_configuration_says,
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
    monkeypatch.setattr(verification, "check", lambda path, key: (read.append(path), {})[1])
    stamp_path(OTHER).touch()
    assert verify(Path("results"), Path("cache"), ledger).checked == 2
    assert read == [OTHER]


def test_what_changed_a_moment_ago_is_read_again(folder, monkeypatch):
    monkeypatch.setattr(verification, "SETTLED", 60.0)
    ledger = folder / "ledger.json"
    assert faults(ledger) == []
    read = []
    monkeypatch.setattr(verification, "check", lambda path, key: (read.append(path), {})[1])
    verify(Path("results"), Path("cache"), ledger)
    assert read == [FILE, OTHER]


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"results": 1}'])
def test_broken_ledger_is_as_good_as_none(folder, content):
    ledger = folder / "ledger.json"
    ledger.write_text(content)
    altered()
    assert len(faults(ledger)) == 1


def test_what_lies_behind_a_link_is_verified_too_and_a_link_in_a_circle_ends(folder):
    moved = folder / "elsewhere"
    shutil.move(FILE.parent, moved)
    FILE.parent.symlink_to(moved)
    (moved / "circle").symlink_to(moved)
    assert verify(Path("results"), Path("cache")).checked == 2
    altered()
    (fault,) = faults()
    assert fault.startswith(f"{FILE}: was altered")


@pytest.mark.parametrize("name", ["copy of {}", "{} (1)", "{}.bak"])
def test_a_stray_copy_among_the_frozen_is_named_with_what_removes_it(folder, name):
    policy = by_hand("policies", "task/method/seed0")
    frozen = Path("cache") / policy.frozen_file
    frozen.parent.mkdir(parents=True)
    frozen.write_text("weights")
    write_stamp(frozen, frozen, policy.job([]), seconds=1.0)
    assert faults() == []
    stray = frozen.with_name(f"{name.format(policy.key)}.safetensors")
    shutil.copy(frozen, stray)
    (fault,) = faults()
    assert fault.startswith(f"{stray}: ")
    subprocess.run(fault.split("; ")[-1], shell=True, check=True)
    assert faults() == []
    assert frozen.exists()


def test_which_kernels_and_code_computed_what_is_counted(folder):
    stamp = json.loads(stamp_path(FILE).read_text())
    del stamp["kernels"]
    stamp_path(FILE).write_text(json.dumps({**stamp, "commit": "one-dirty"}))
    verified = verify(Path("results"), Path("cache"))
    assert verified.kernels == {kernels(): 1, "not recorded": 1}
    assert verified.commits == {code(): 1, "one-dirty": 1}
