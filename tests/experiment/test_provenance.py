"""A drawn file is drawn again when what it should show changed or it is not what was drawn, and says why."""

import json
import os
import time
from pathlib import Path

import pytest
from artefacts import by_hand

from sobolev_diffusion.experiment.provenance import (
    DrawnFiles,
    altered,
    answered,
    ask_for,
    forget,
    identity,
    provenance,
    read_expected,
    why_draw,
    write_record,
)
from sobolev_diffusion.experiment.stamps import stamp_path, write_stamp
from sobolev_diffusion.files import BadArtefact

SHOWN = by_hand("timings", "one")
KEY = SHOWN.key


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A table that was drawn: its files, what it was to show, and its only input."""
    monkeypatch.chdir(tmp_path)
    Path("style.yaml").write_text("colour: red")
    source = Path("input.parquet")
    source.write_text("numbers")
    write_stamp(source, source, SHOWN.job([]), seconds=1.0)
    files = DrawnFiles(Path("results"), "tables", "one")
    files.paths[0].parent.mkdir(parents=True)
    for file in files.paths:
        file.write_text(file.name)
    expected = identity({"caption": "old"}, [(KEY, {"seed": 0})], Path("style.yaml"), False)
    write_record(files, expected, [(source, KEY)], seconds=0.1)
    return files, expected, source


def test_what_is_as_it_was_drawn_needs_nothing(drawn):
    files, expected, source = drawn
    for path in (*files.paths, source):
        os.utime(path, (1, 1))
    assert why_draw(files, expected, [source]) is None


def test_fresh_clone_has_not_drawn(drawn):
    files, expected, source = drawn
    files.record.unlink()
    assert why_draw(files, expected, [source]) == "not drawn in this folder yet"
    files.record.write_text("{")
    assert why_draw(files, expected, [source]) == "not drawn in this folder yet"


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        ("settings", {"caption": "new"}, "settings changed"),
        ("artefacts", [["f" * 16, {}]], "other settings"),
        ("style", "f" * 64, "style changed"),
        ("code", "f" * 64, "code that draws it changed"),
        ("computed anew", True, "another cache mode"),
    ],
)
def test_change_of_what_it_should_show_is_told(drawn, part, value, reason):
    files, expected, source = drawn
    assert reason in why_draw(files, {**expected, part: value}, [source])


def test_order_of_rows_counts(drawn):
    files, expected, source = drawn
    rows = {**expected, "settings": {"b": 1, "a": 2}}
    write_record(files, rows, [(source, KEY)], seconds=0.1)
    assert why_draw(files, rows, [source]) is None
    turned = {**expected, "settings": {"a": 2, "b": 1}}
    assert "settings changed" in why_draw(files, turned, [source])
    ask_for(files, turned, draw=True)
    assert list(read_expected(files.expected(rows))["settings"]) == ["a", "b"]


def test_old_file_over_a_newer_one_is_named(drawn):
    files, expected, source = drawn
    files.paths[1].write_text("older")
    os.utime(files.paths[1], (time.time() + 1000,) * 2)
    assert why_draw(files, expected, [source]) == "results/tables/one.csv is not the file that was drawn last"
    files.paths[1].unlink()
    assert why_draw(files, expected, [source]) == "results/tables/one.csv is missing"


def test_altered_drawings_are_listed(drawn):
    files, _, _ = drawn
    assert altered(Path("results")) == []
    files.paths[1].write_text("older")
    (fault,) = altered(Path("results"))
    assert fault.startswith("results/tables/one.csv: is not the file that was drawn last; ")


def test_input_of_other_bytes_is_named(drawn):
    files, expected, source = drawn
    stamp = json.loads(stamp_path(source).read_text())
    stamp_path(source).write_text(json.dumps({**stamp, "sha256": "f" * 64}))
    assert why_draw(files, expected, [source]) == "input.parquet was computed again"


def test_snakemake_sees_it_by_the_time_of_one_file_whatever_the_others(drawn):
    files, shown, _ = drawn
    future = time.time() + 10_000
    os.utime(files.paths[0], (future, future))
    ask_for(files, shown, draw=True)
    expected = files.expected(shown)
    assert all(expected.stat().st_mtime > file.stat().st_mtime for file in files.paths)
    assert files.paths[0].stat().st_mtime == future, "a file of somebody else's could not be touched"
    assert read_expected(expected) == json.loads(json.dumps(shown))
    asked = expected.read_bytes()
    ask_for(files, shown, draw=True)
    assert expected.read_bytes() != asked, "Snakemake takes a file of known content for the old one"
    os.utime(files.paths[0], (10, 10))
    ask_for(files, shown, draw=False)
    assert all(expected.stat().st_mtime < file.stat().st_mtime for file in files.paths)
    ask_for(files, shown, draw=True)
    answered(expected)
    assert all(expected.stat().st_mtime < file.stat().st_mtime for file in files.paths)


def test_looking_at_another_plan_leaves_what_a_run_is_to_draw_alone(drawn):
    files, shown, _ = drawn
    ask_for(files, shown, draw=True)
    asked = files.expected(shown).read_bytes()
    other = {**shown, "style": "another"}
    ask_for(files, other, draw=True)
    assert files.expected(shown).read_bytes() == asked
    assert read_expected(files.expected(other))["style"] == "another"


def test_what_was_drawn_by_an_earlier_plan_is_forgotten(drawn):
    files, shown, _ = drawn
    ask_for(files, shown, draw=False)
    asked, other = {**shown, "style": "asked for"}, {**shown, "style": "another"}
    for each in (asked, other):
        ask_for(files, each, draw=True)
    assert files.expected(shown).exists(), "looking at a plan removes nothing"
    forget(files, other)
    assert not files.expected(shown).exists()
    assert files.expected(asked).exists(), "another run may be about to draw it"
    assert files.expected(other).exists()


@pytest.mark.parametrize("content", ["{", "[]", "null", "{}", '{"identity": 1, "files": [], "inputs": {}}'])
def test_a_damaged_record_is_named_with_the_remedy_and_drawn_again(drawn, content):
    files, expected, source = drawn
    files.record.write_text(content)
    fault = f"{files.record}: is no record of what was drawn; rm '{files.record}' and run again"
    assert altered(Path("results")) == [fault]
    with pytest.raises(BadArtefact) as error:
        provenance(files.paths[0])
    assert str(error.value) == fault
    assert why_draw(files, expected, [source]) == "not drawn in this folder yet"


def test_a_drawn_file_tells_what_it_shows_while_it_is_what_was_drawn(drawn):
    files, expected, _ = drawn
    made = provenance(files.paths[0])
    assert made["identity"] == json.loads(json.dumps(expected))
    assert {"inputs", "commit", "machine", "seconds", "versions"} <= made.keys()
    files.paths[0].write_text("older")
    with pytest.raises(BadArtefact, match="not the file that was written last"):
        provenance(files.paths[0])
