"""What `import sobolev_diffusion` offers, and what it does not load."""

import subprocess
import sys
from pathlib import Path

import pytest

import sobolev_diffusion

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "aligator", "pinocchio", "pandas", "matplotlib")


def loaded_by(statement):
    """Which of the heavy packages a fresh interpreter has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return run.stdout.split()


def test_every_name_is_there_and_is_what_its_place_has():
    for name in sobolev_diffusion.__all__:
        assert getattr(sobolev_diffusion, name).__name__ == name
    assert sorted(sobolev_diffusion._PLACES) == sorted(sobolev_diffusion.__all__)


def test_type_checkers_see_the_same_places():
    text = Path(sobolev_diffusion.__file__).read_text()
    for name, place in sobolev_diffusion._PLACES.items():
        (line,) = [line for line in text.splitlines() if f"from sobolev_diffusion.{place} import" in line]
        assert name in line.split("import ")[1].split(", ")


def test_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match=r"no 'colect'; it offers Axis, .*collect"):
        sobolev_diffusion.colect  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    [
        "import sobolev_diffusion",
        "from sobolev_diffusion.experiment.read_configuration import load; "
        "from sobolev_diffusion.experiment.plan import Plan; "
        "Plan(load()).artefacts()",
    ],
)
def test_looking_loads_nothing_heavy(statement):
    assert loaded_by(statement) == []


def test_policies_load_no_solver_and_no_robot_model():
    assert loaded_by("import sobolev_diffusion.policies") == ["torch"]


@pytest.mark.parametrize("module", ["collect", "continuation", "best_known"])
def test_jobs_that_solve_load_no_torch(module):
    """Seconds of every job, in thousands of jobs."""
    statement = f"import sobolev_diffusion.experiment.run_job, sobolev_diffusion.solver.{module}"
    assert "torch" not in loaded_by(statement)


def test_examples_use_the_front_door_alone():
    for path in (ROOT / "examples").glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if "sobolev_diffusion" in line]
        assert all(line.startswith("from sobolev_diffusion import") for line in imports), path.name
