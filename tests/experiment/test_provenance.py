"""A drawn file is drawn again when what it should show changed or it is not what was drawn, and says why."""

import json
import os
import time
from pathlib import Path

import pytest

from sobolev_diffusion.experiment.provenance import (
    Drawing,
    altered,
    ask_for,
    identity,
    provenance,
    read_expected,
    why_draw,
    write_record,
)
from sobolev_diffusion.experiment.stamps import stamp_path
from sobolev_diffusion.files import BadArtefact, digest

KEY = "0123456789abcdef"


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A table that was drawn: its files, what it was to show, and its only input."""
    monkeypatch.chdir(tmp_path)
    Path("style.yaml").write_text("colour: red")
    source = Path("input.parquet")
    source.write_text("numbers")
    stamp_path(source).write_text(json.dumps({"stage": "timings", "key": KEY, "sha256": digest(source)}))
    drawing = Drawing(Path("results"), "tables", "one", (".md", ".csv"))
    drawing.files[0].parent.mkdir(parents=True)
    for file in drawing.files:
        file.write_text(file.name)
    expected = identity({"caption": "old"}, [(KEY, {"seed": 0})], Path("style.yaml"), False)
    write_record(drawing, expected, [(source, KEY)], seconds=0.1)
    return drawing, expected, source


def test_what_is_as_it_was_drawn_needs_nothing(drawn):
    drawing, expected, source = drawn
    for path in (*drawing.files, source):
        os.utime(path, (1, 1))
    assert why_draw(drawing, expected, [source]) is None


def test_fresh_clone_has_not_drawn(drawn):
    drawing, expected, source = drawn
    drawing.record.unlink()
    assert why_draw(drawing, expected, [source]) == "not drawn in this folder yet"
    drawing.record.write_text("{")
    assert why_draw(drawing, expected, [source]) == "not drawn in this folder yet"


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
    drawing, expected, source = drawn
    assert reason in why_draw(drawing, {**expected, part: value}, [source])


def test_order_of_rows_counts(drawn):
    drawing, expected, source = drawn
    rows = {**expected, "settings": {"b": 1, "a": 2}}
    write_record(drawing, rows, [(source, KEY)], seconds=0.1)
    assert why_draw(drawing, rows, [source]) is None
    turned = {**expected, "settings": {"a": 2, "b": 1}}
    assert "settings changed" in why_draw(drawing, turned, [source])
    ask_for(drawing, turned, draw=True)
    assert list(read_expected(drawing.expected(rows))["settings"]) == ["a", "b"]


def test_old_file_over_a_newer_one_is_named(drawn):
    drawing, expected, source = drawn
    drawing.files[1].write_text("older")
    os.utime(drawing.files[1], (time.time() + 1000,) * 2)
    assert (
        why_draw(drawing, expected, [source]) == "results/tables/one.csv is not the file that was drawn last"
    )
    drawing.files[1].unlink()
    assert why_draw(drawing, expected, [source]) == "results/tables/one.csv is missing"


def test_altered_drawings_are_listed(drawn):
    drawing, _, _ = drawn
    assert altered(Path("results")) == []
    drawing.files[1].write_text("older")
    (fault,) = altered(Path("results"))
    assert fault.startswith("results/tables/one.csv: is not the file that was drawn last; ")


def test_input_of_other_bytes_is_named(drawn):
    drawing, expected, source = drawn
    stamp = json.loads(stamp_path(source).read_text())
    stamp_path(source).write_text(json.dumps({**stamp, "sha256": "f" * 64}))
    assert why_draw(drawing, expected, [source]) == "input.parquet was computed again"


def test_snakemake_sees_it_by_the_time_of_one_file_whatever_the_others(drawn):
    drawing, shown, _ = drawn
    os.utime(drawing.files[0], (time.time() + 1000,) * 2)
    ask_for(drawing, shown, draw=True)
    expected = drawing.expected(shown)
    assert all(expected.stat().st_mtime > file.stat().st_mtime for file in drawing.files)
    assert expected.stat().st_mtime <= time.time()
    assert read_expected(expected) == json.loads(json.dumps(shown))
    asked = expected.read_bytes()
    ask_for(drawing, shown, draw=True)
    assert expected.read_bytes() != asked, "Snakemake takes a file of known content for the old one"
    os.utime(drawing.files[0], (10, 10))
    ask_for(drawing, shown, draw=False)
    assert all(expected.stat().st_mtime < file.stat().st_mtime for file in drawing.files)


def test_looking_at_another_plan_leaves_what_a_run_is_to_draw_alone(drawn):
    drawing, shown, _ = drawn
    ask_for(drawing, shown, draw=True)
    asked = drawing.expected(shown).read_bytes()
    other = {**shown, "style": "another"}
    ask_for(drawing, other, draw=True)
    assert drawing.expected(shown).read_bytes() == asked
    assert read_expected(drawing.expected(other))["style"] == "another"


def test_what_was_drawn_by_an_earlier_plan_is_forgotten(drawn):
    drawing, shown, _ = drawn
    ask_for(drawing, shown, draw=False)
    other = {**shown, "style": "another"}
    ask_for(drawing, other, draw=True)
    assert not drawing.expected(shown).exists()
    assert drawing.expected(other).exists()


def test_a_drawn_file_tells_what_it_shows_while_it_is_what_was_drawn(drawn):
    drawing, expected, _ = drawn
    made = provenance(drawing.files[0])
    assert made["identity"] == json.loads(json.dumps(expected))
    assert {"inputs", "commit", "machine", "seconds", "versions"} <= made.keys()
    drawing.files[0].write_text("older")
    with pytest.raises(BadArtefact, match="not the file that was written last"):
        provenance(drawing.files[0])
