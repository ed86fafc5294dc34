"""Keys of a user's task follow its file, the modules that it imports and the files that it reads."""

import shutil
from pathlib import Path

import pytest
import yaml
from configurations import written

from sobolev_diffusion.config import ConfigError, SolverConfig, TaskConfig
from sobolev_diffusion.experiment.keys import TASK_REVISION
from sobolev_diffusion.experiment.looks import check_pictures
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import validate
from sobolev_diffusion.figures.scene import page
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.robots import ROBOTS

ROOT = Path(__file__).parents[2]
CART_POLE = (ROOT / "examples/cart_pole.py").read_text()
WEIGHTS = "[0.02, 0.02, 0.002, 0.002]"
WITH_NEIGHBOUR = CART_POLE.replace(
    "import aligator\n", "import aligator\nfrom costs.weights import RUNNING\n", 1
)
WITH_NEIGHBOUR = WITH_NEIGHBOUR.replace(WEIGHTS, "RUNNING")
ARM = """
from pathlib import Path
import numpy as np
import pinocchio as pin
from sobolev_diffusion.tasks.ur5 import UR5

class Arm(UR5):
    {declared}

    def __init__(self):
        super().__init__()
        self.model = pin.buildModelFromUrdf(str(Path(__file__).parent / "robots/arm.urdf"))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A user's own folder, in which everything runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(animations=None, **policy):
    experiment = {
        "task": "mine",
        "methods": ["mlp"],
        "n_traj": [2],
        "epochs": {"direct": [1], "diffusion": [1]},
    }
    content = {
        "tasks": {"mine": {"module": "mine.py"}},
        "methods": {"mlp": {"policy": {"kind": "direct", **policy}}},
        "experiments": {"mine": experiment},
        "figures": {},
        "tables": {},
        "animations": animations or {},
    }
    return Plan(validate(content))


def keys():
    return {each.key for each in plan().artefacts()}


def task_in_settings():
    return plan().artefacts()[0].settings.task.identity()


def write_with_neighbour(folder):
    (folder / "mine.py").write_text(WITH_NEIGHBOUR)
    (folder / "costs").mkdir()
    (folder / "costs/__init__.py").write_text("")
    (folder / "costs/weights.py").write_text(f"RUNNING = {WEIGHTS}\n")


def write_arm(folder, declared):
    (folder / "robots").mkdir()
    shutil.copy(ROBOTS / "ur_description/urdf/ur5_robot.urdf", folder / "robots/arm.urdf")
    (folder / "mine.py").write_text(ARM.format(declared=declared))


def test_a_task_that_is_one_file_is_named_by_its_content_alone(folder):
    (folder / "mine.py").write_text(CART_POLE)
    assert set(task_in_settings()) == {"name", "options", "module", "sha256"}
    before = keys()
    (folder / "other.py").write_text("unused = 1\n")
    assert keys() == before
    (folder / "mine.py").write_text(CART_POLE + "# a comment\n")
    assert not keys() & before


def test_a_weight_in_an_imported_module_changes_the_keys_and_undone_they_are_as_before(folder):
    write_with_neighbour(folder)
    before = keys()
    assert set(task_in_settings()["modules"]) == {"costs", "costs.weights"}
    (folder / "costs/weights.py").write_text("RUNNING = [0.03, 0.02, 0.002, 0.002]\n")
    assert not keys() & before
    (folder / "costs/weights.py").write_text(f"RUNNING = {WEIGHTS}\n")
    assert keys() == before


def test_a_module_that_comes_to_be_found_changes_the_keys(folder):
    optional = f"try:\n    from special import RUNNING\nexcept ImportError:\n    RUNNING = {WEIGHTS}\n"
    (folder / "mine.py").write_text(CART_POLE.replace("import aligator\n", f"import aligator\n{optional}", 1))
    before = keys()
    (folder / "special.py").write_text("RUNNING = [1.0, 1.0, 1.0, 1.0]\n")
    assert not keys() & before


def test_what_is_installed_is_no_part_of_the_key(folder):
    (folder / "mine.py").write_text(f"import scipy.linalg, yaml, seaborn\n{CART_POLE}")
    assert "modules" not in task_in_settings()


def test_a_robot_model_that_is_read_in_secret_is_named(folder):
    write_arm(folder, "pass")
    with pytest.raises(ConfigError) as error:
        keys()
    assert str(error.value) == (
        "config: tasks.mine: mine.py reads files that it does not declare; "
        'add files = ["robots/arm.urdf"] to Arm, so that results follow them'
    )


@pytest.mark.parametrize("declared", ["robots/arm.urdf", "robots"])
def test_a_declared_robot_model_changes_the_keys(folder, declared):
    write_arm(folder, f'files = ["{declared}"]')
    before = keys()
    assert set(task_in_settings()["files"]) == {"robots/arm.urdf"}
    urdf = folder / "robots/arm.urdf"
    urdf.write_text(urdf.read_text().replace('mass value="3.7"', 'mass value="3.8"'))
    assert not keys() & before


def test_numbers_read_by_python_are_named_too_and_what_it_wrote_itself_is_not(folder):
    (folder / "gains.txt").write_text("0.02 0.02 0.002 0.002")
    reading = f'np.loadtxt("{folder}/gains.txt")'
    written = f'open("{folder}/log", "w").write("1")\nassert open("{folder}/log").read() == "1"\n'
    (folder / "mine.py").write_text(CART_POLE.replace(WEIGHTS, reading) + written)
    with pytest.raises(ConfigError, match=r'add files = \["gains.txt"\] to CartPole'):
        keys()


def test_a_file_that_is_declared_and_not_there_is_named(folder):
    write_arm(folder, 'files = ["robots/leg.urdf"]')
    with pytest.raises(ConfigError, match=r"tasks.mine: files: there is no .*robots/leg.urdf"):
        keys()


def test_a_built_in_task_that_came_to_mean_something_else_changes_what_derives_from_it(folder, monkeypatch):
    write_arm(folder, 'files = ["robots"]')
    before = keys()
    monkeypatch.setitem(TASK_REVISION, "ur5", TASK_REVISION["ur5"] + 1)
    assert not keys() & before


def test_a_mistake_and_a_crash_are_one_line_before_anything_runs(folder):
    (folder / "mine.py").write_text(CART_POLE.replace("goal = self.goal_state", "goal = self.gaol_state"))
    with pytest.raises(
        ConfigError, match=r"^config: tasks.mine: problem\(theta\): raised AttributeError.*gaol_state.*[^\n]$"
    ):
        keys()
    (folder / "mine.py").write_text("import os\nprint('this far')\nos.abort()\n")
    with pytest.raises(
        ConfigError, match=r"^config: tasks.mine: mine.py ended Python with status -6: this far$"
    ):
        keys()


def test_what_was_found_is_remembered_until_a_file_changes(folder):
    write_with_neighbour(folder)
    keys()
    (remembered,) = (folder / "results/.tasks").iterdir()
    first = remembered.stat().st_mtime_ns
    keys()
    assert remembered.stat().st_mtime_ns == first
    (folder / "costs/weights.py").write_text("RUNNING = [1.0, 1.0, 1.0, 1.0]\n")
    keys()
    assert remembered.stat().st_mtime_ns > first


POINT = """
import aligator
import numpy as np
from aligator import manifolds
from sobolev_diffusion import Task

class Point(Task):
    name, horizon, dt = "point", 5, 0.1

    def __init__(self):
        super().__init__()
        self.space, self.lower, self.upper = manifolds.VectorSpace(2), -np.ones(1), np.ones(1)
        A, B = np.array([[1.0, 0.1], [0.0, 1.0]]), np.array([[0.0], [0.1]])
        self.dynamics = aligator.dynamics.LinearDiscreteDynamics(A, B, np.zeros(2))

    def sample(self, rng):
        return rng.uniform(-1, 1, 2)

    def problem(self, theta):
        cost = aligator.QuadraticCost(np.eye(2), np.eye(1))
        stage = aligator.StageModel(cost, self.dynamics)
        return aligator.TrajOptProblem(theta, [stage] * self.horizon, cost)
"""
SEEN = "\n    def tracked_point(self, x):\n        return np.array([x[0], 0.0, 0.0])\n"
MOVING = {"moving": {"task": "mine", "title": "Moving"}}


def test_a_chunk_that_is_longer_than_the_horizon_is_told_before_anything_is_solved(folder):
    (folder / "mine.py").write_text(POINT)
    assert len(plan(kind="diffusion", prediction_horizon=4, history=1).artefacts())
    words = r"methods\.mlp: T_p - T_h = 7 coming actions are more than the 5 steps of task mine; lower policy"
    with pytest.raises(ConfigError, match=words):
        plan(kind="diffusion", prediction_horizon=8, history=1).artefacts()


def test_an_animation_of_what_cannot_be_seen_is_told_before_anything_is_solved(folder):
    (folder / "mine.py").write_text(POINT)
    words = r"animations\.moving: there is nothing to draw of task mine: give its class links\(x\), or"
    with pytest.raises(ConfigError, match=words):
        check_pictures(plan(MOVING))
    (folder / "mine.py").write_text(POINT + SEEN)
    check_pictures(plan(MOVING))


def test_a_robot_that_is_a_point_is_animated_as_its_path(folder):
    (folder / "mine.py").write_text(POINT + SEEN)
    task = make_task("mine", TaskConfig(module="mine.py"))
    runs = collect(task, SolverConfig(), 0, range(2))
    text = page(task, runs, "Moving", 2)
    assert '"links":[[],' in text
    assert f'"path":[[{runs.xs[0, 0, 0]:.3f}'.rstrip("0") in text


def test_the_example_is_not_computed_anew(folder):
    """Its key is what it was before keys covered more than the task's own file."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    content = written() | {"figures": {}, "tables": {}, "animations": {}, "timings": {}}
    example = yaml.safe_load((ROOT / "examples/cart_pole.yaml").read_text())
    content |= {"experiments": example["experiments"], "tasks": example["tasks"]}
    task = Plan(validate(content)).artefacts()[0].settings.task.identity()
    assert set(task) == {"name", "options", "module", "sha256"}
