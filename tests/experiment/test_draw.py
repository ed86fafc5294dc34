"""A drawing that fails leaves what was drawn before; what it is drawn with and from is what was asked for."""

import json
from pathlib import Path

import pandas as pd
import pytest
from artefacts import by_hand

from sobolev_diffusion.experiment.draw import draw
from sobolev_diffusion.experiment.parquet import write_parquet
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.provenance import DrawnFiles, altered, drawing_code, identity
from sobolev_diffusion.experiment.read_configuration import load
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.experiment.stamps import stamp_path, write_stamp
from sobolev_diffusion.files import BadArtefact

ROOT = Path(__file__).parents[2]
CONFIG = load(folder=ROOT / "config")
STYLE = (ROOT / "config/plotting.yaml").read_text()
SECONDS = ["rollout_seconds", "solve_seconds", "total_seconds"]
EVIL = """
from pathlib import Path
from sobolev_diffusion.tasks.pendulum import Pendulum
Path("ran").touch()

class Evil(Pendulum):
    pass
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A table of times that was drawn: its files, what it shows, what it is drawn from, the style."""
    monkeypatch.chdir(tmp_path)
    style, source = Path("plotting.yaml"), Path("timings.parquet")
    style.write_text(STYLE)
    times = by_hand("timings", "one")
    rows = {"method": ["to_alone", "diff"], "action_length": [None, 8], "instance": 0}
    rows |= {"iterations": 9.0, "converged": True}
    write_parquet(source, pd.DataFrame({**rows, **dict.fromkeys(SECONDS, 1.0), "processor": "this"}))
    write_stamp(source, source, times.job([]), seconds=1.0)
    settings = CONFIG.tables["timing_pendulum"].model_dump(mode="json")
    expected = identity(settings, [(times.key, {"seed": 0})], style, False)
    files = DrawnFiles(Path("results"), "tables", "one")
    draw(files, expected, [source], style)
    return files, expected, source, style


def content(files):
    return {path: path.read_bytes() for path in (*files.paths, files.record)}


def test_an_edit_of_the_style_since_it_was_asked_for_is_told_and_nothing_is_taken_away(asked):
    files, expected, source, style = asked
    before = content(files)
    style.write_text(STYLE.replace("TO alone", "Alone"))
    with pytest.raises(BadArtefact, match=r"plotting\.yaml: is not as it was when the run was planned"):
        draw(files, expected, [source], style)
    assert content(files) == before
    assert altered(Path("results")) == []


def test_an_edit_of_the_style_while_it_is_drawn_is_told_and_nothing_is_taken_away(asked, monkeypatch):
    files, expected, source, style = asked
    before = content(files)
    folder = files.record.parent
    monkeypatch.setitem(expected["settings"], "caption", "new")

    def edit(*arguments):
        style.write_text(STYLE.replace("TO alone", "Alone"))
        return drawing_code()

    monkeypatch.setattr("sobolev_diffusion.experiment.draw.drawing_code", edit)  # asked before and after
    with pytest.raises(BadArtefact, match="when the run was planned"):
        draw(files, expected, [source], style)
    assert content(files) == before
    assert list(folder.iterdir()) == [files.record]


def test_code_that_is_not_the_one_that_was_planned_with_is_told(asked):
    files, expected, source, style = asked
    with pytest.raises(BadArtefact, match="does not draw as it did when the run was planned"):
        draw(files, {**expected, "code": "f" * 64}, [source], style)


def test_rows_that_cannot_be_drawn_leave_what_was_drawn(asked):
    files, expected, source, style = asked
    before = content(files)
    write_parquet(source, pd.DataFrame({"method": ["diff"]}))
    times = by_hand("timings", "one")
    write_stamp(source, source, times.job([]), seconds=1.0)
    with pytest.raises(KeyError):
        draw(files, expected, [source], style)
    assert content(files) == before
    assert list(files.record.parent.iterdir()) == [files.record]


def test_a_stamp_does_not_say_what_code_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("plotting.yaml").write_text(STYLE)
    Path("evil.py").write_text(EVIL)
    plan = Plan(CONFIG.model_copy(update={"block_size": 1}), ROOT)
    (block,) = plan.drawn(CONFIG.figures["task_pendulum"])
    source = Path("results") / block.file
    run(block.job([]), source)
    settings = CONFIG.figures["task_pendulum"].model_dump(mode="json")
    expected = identity(settings, [(block.key, {})], Path("plotting.yaml"), False)
    stamp = json.loads(stamp_path(source).read_text())
    stamp["settings"]["task"] = {"name": "pendulum", "module": "evil.py", "options": {}}
    for forged in (stamp, {**stamp, "inputs": {"a.0123456789abcdef.npz": "0" * 64}}):
        forged.pop("upstream", None)
        stamp_path(source).write_text(json.dumps(forged))
        with pytest.raises(BadArtefact, match="settings are not those of its key"):
            draw(DrawnFiles(Path("results"), "figures", "one"), expected, [source], Path("plotting.yaml"))
    assert not Path("ran").exists()
