"""A method that config/plotting.yaml does not know is asked for before anything runs, where it is drawn."""

from pathlib import Path

import pytest
import yaml

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.looks import check_looks
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import load

ROOT = Path(__file__).parents[2]
STYLE = ROOT / "config/plotting.yaml"


def plan(*drawn, **pendulum):
    overlay = {
        "draw": list(drawn),
        "methods": {"my_mlp": {"like": "mlp"}},
        "experiments": {"pendulum": pendulum},
    }
    path = Path("mine.yaml")
    path.write_text(yaml.safe_dump(overlay))
    return Plan(load(path, folder=ROOT / "config"), ROOT)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_figure_of_an_unknown_method_is_refused():
    check_looks(plan("fig1_pendulum"), STYLE)
    with pytest.raises(
        ConfigError, match=r"plotting\.yaml: methods: no my_mlp, which figures\.fig1_pendulum draws"
    ):
        check_looks(plan("fig1_pendulum", methods=["mlp", "my_mlp"]), STYLE)


def test_tables_show_an_unknown_method_by_its_name():
    check_looks(plan("timing_pendulum", methods=["mlp", "my_mlp"]), STYLE)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("colour:", "color:", r"methods\.sob_diff: unknown key color; it takes label, colour, marker"),
        ("methods:", "method:", r"plotting\.yaml: unknown key method; it takes methods, tasks"),
        (", marker: o", "", r"methods\.\w+: no marker; it needs label, colour, marker"),
    ],
)
def test_a_word_that_no_figure_reads_is_named(folder, right, wrong, said):
    text = STYLE.read_text()
    assert right in text
    Path("plotting.yaml").write_text(text.replace(right, wrong))
    with pytest.raises(ConfigError, match=said):
        check_looks(plan("fig1_pendulum"), Path("plotting.yaml"))
