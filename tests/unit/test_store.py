"""Artefacts on disk: whole or absent, stamped, and every kind of tampering is named."""

import shutil

import pytest

from sobolev_diffusion.cache import freeze, verify
from sobolev_diffusion.plan import Artefact
from sobolev_diffusion.store import BadArtefact, check, read_stamp, stamp_path, write_atomically, write_stamp

ONE = Artefact("evaluations", "task/method/seed0", {"seed": 0})
TWO = Artefact("evaluations", "task/method/seed1", {"seed": 1})


def compute(results, artefact, content):
    path = results / artefact.file
    write_atomically(path, lambda partial: partial.write_bytes(content))
    write_stamp(
        path, stage=artefact.stage, key=artefact.key, settings=artefact.settings, inputs=[], seconds=1.0
    )
    return path


@pytest.fixture
def results(tmp_path):
    compute(tmp_path, ONE, b"one")
    compute(tmp_path, TWO, b"two")
    return tmp_path


def test_intact_results_verify(results):
    assert verify([results]) == 2
    assert read_stamp(results / ONE.file)["settings"] == {"seed": 0}


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


def altered(results):
    (results / ONE.file).write_bytes(b"other")


def swapped(results):
    one, two = results / ONE.file, results / TWO.file
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


def swapped_with_stamps(results):
    swapped(results)
    one, two = stamp_path(results / ONE.file), stamp_path(results / TWO.file)
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


def unstamped(results):
    stamp_path(results / ONE.file).unlink()


def stamp_cut_short(results):
    path = stamp_path(results / ONE.file)
    path.write_bytes(path.read_bytes()[:20])


def file_gone(results):
    (results / ONE.file).unlink()


@pytest.mark.parametrize(
    "tamper", [altered, swapped, swapped_with_stamps, unstamped, stamp_cut_short, file_gone]
)
def test_tampering_is_named(results, tamper):
    tamper(results)
    with pytest.raises(BadArtefact, match=r"seed[01]") as error:
        verify([results])
    assert "\n" not in str(error.value)


def test_renamed_artefact_is_named(results):
    wrong = (results / ONE.file).with_name("seed0.0123456789abcdef.parquet")
    shutil.move(results / ONE.file, wrong)
    shutil.move(stamp_path(results / ONE.file), stamp_path(wrong))
    with pytest.raises(BadArtefact, match="is another artefact"):
        verify([results])


def test_freeze_copies_what_is_computed_and_verifies(results, tmp_path):
    cache = tmp_path / "cache"
    absent = Artefact("evaluations", "task/method/seed2", {"seed": 2})
    assert freeze([ONE, absent], results, cache) == [cache / "evaluations" / f"{ONE.key}.parquet"]
    assert freeze([ONE, absent], results, cache) == []
    assert verify([cache]) == 1
    check(cache / "evaluations" / f"{ONE.key}.parquet", ONE.key)


def test_freeze_refuses_an_altered_file(results, tmp_path):
    altered(results)
    with pytest.raises(BadArtefact, match="was altered"):
        freeze([ONE], results, tmp_path / "cache")
