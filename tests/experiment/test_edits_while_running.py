"""What is computed is computed with what its key was made from, before and after."""

import sys
from pathlib import Path

import pytest

from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import validate
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.tasks import registry

CART_POLE = (Path(__file__).parents[2] / "examples/cart_pole.py").read_text()
WEIGHTS = "[0.02, 0.02, 0.002, 0.002]"
FILES = {
    "mine.py": CART_POLE.replace("import aligator\n", "import aligator\nfrom weights import RUNNING\n", 1)
    .replace(WEIGHTS, "RUNNING")
    .replace(
        "class CartPole(MultibodyTask):\n", 'class CartPole(MultibodyTask):\n    files = ["notes.txt"]\n'
    ),
    "weights.py": f"RUNNING = {WEIGHTS}\n",
    "notes.txt": "heavy\n",
}


@pytest.fixture
def block(tmp_path, monkeypatch):
    """A block of solves of a user's task with a neighbour and a declared file, planned."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(registry, "_folders", [])
    monkeypatch.setitem(sys.modules, "weights", None)  # forgotten at the end
    del sys.modules["weights"]
    for name, text in FILES.items():
        Path(name).write_text(text)
    experiment = {"task": "mine", "methods": ["mlp"], "n_traj": [1], "epochs": {"direct": [1]}}
    content = {
        "seeds": 1,
        "block_size": 1,
        "tasks": {"mine": {"module": "mine.py"}},
        "methods": {"mlp": {"policy": {"kind": "direct"}}},
        "experiments": {"mine": experiment},
        "figures": {},
        "tables": {},
    }
    (found,) = (each for each in Plan(validate(content)).artefacts() if "block" in each.labels)
    return found


@pytest.mark.parametrize("name", FILES)
def test_an_edit_since_the_plan_ends_the_job_with_the_file(block, name):
    Path(name).write_text(FILES[name] + "\n")
    with pytest.raises(BadArtefact, match=f"{name}: is not as it was when the run was planned"):
        run(block.job([]), Path(block.file))
    assert not Path(block.file).exists()
    Path(name).write_text(FILES[name])
    run(block.job([]), Path(block.file))
    assert Path(block.file).exists()


@pytest.mark.parametrize("name", FILES)
def test_an_edit_while_the_job_computes_ends_it_with_the_file(block, name, monkeypatch):
    collect = "sobolev_diffusion.solver.collect.collect"
    from sobolev_diffusion.solver.collect import collect as solve

    def edited_meanwhile(*arguments):
        runs = solve(*arguments)
        Path(name).write_text(FILES[name] + "\n")
        return runs

    monkeypatch.setattr(collect, edited_meanwhile)
    with pytest.raises(BadArtefact, match=f"{name}: is not as it was when the run was planned"):
        run(block.job([]), Path(block.file))
    assert not Path(block.file).exists()
