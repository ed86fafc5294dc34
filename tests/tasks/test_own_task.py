"""A task of the user's own: the example passes, mistakes are named with the method and what was expected."""

import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest

from sobolev_diffusion.config import SolverConfig, TaskConfig
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.registry import make_task

EXAMPLE = Path(__file__).parents[2] / "examples/cart_pole.py"


def checked(path, **options):
    task = make_task("mine", TaskConfig(module=str(path), options=options))
    check_task(task)
    return task


def test_example_is_short_and_solves():
    assert len(EXAMPLE.read_text().splitlines()) < 80
    task = checked(EXAMPLE)
    theta = task.sample(np.random.default_rng(0))
    settings = SolverConfig(step_acceptance="armijo", mu=1e-4)
    solution = solve(task.problem(theta), task.guess(theta), settings, with_gains=True)
    assert solution.converged
    assert task.reached(theta, solution.xs[-1])


CONSTRUCTOR = "super().__init__(cart_pole_model(), np.array([[1.0], [0.0]])"
MISTAKES = {
    "missing method": (
        ("def problem(self, theta):", "def problems(self, theta):"),
        ["CartPole does not define problem(self, theta"],
    ),
    "wrong length of theta": (
        ("np.pi + rng.uniform(-0.3, 0.3), 0.0, 0.0])", "np.pi])"),
        ["sample(rng)", "expected at least 4 numbers, the initial state first", "shape (2,)"],
    ),
    "theta without the goal that is read from it": (
        (
            "    def problem(self, theta):",
            "    def goal_state(self, theta):\n        return theta[4:]\n\n    def problem(self, theta):",
        ),
        ["goal_state(theta)", "expected an array of shape (4)", "theta, from sample(rng), has 4 entries"],
    ),
    "forgotten constructor": (
        (f"{CONSTRUCTOR}, -limit, limit, control)", "self.limit = limit"),
        ["CartPole(...) is no task yet; does its __init__ call super().__init__(...) before anything else?"],
    ),
    "constructor called too late": (
        (CONSTRUCTOR, f"self.middle = self.space.neutral()\n        {CONSTRUCTOR}"),
        ["CartPole(...) raised AttributeError", "no attribute 'space'", "does its __init__ call super()"],
    ),
    "forgotten seed": (
        ("rng.uniform(-0.5, 0.5)", "np.random.uniform()"),
        ["sample(rng)", "the same theta for the same rng"],
    ),
    "cost that is not finite": (
        ("[0.02, 0.02, 0.002, 0.002]", "[np.nan, 0.02, 0.002, 0.002]"),
        ["problem(theta)", "expected a finite cost of the guess", "nan"],
    ),
    "nothing returned": (
        ("return aligator.TrajOptProblem(", "aligator.TrajOptProblem("),
        ["problem(theta)", "expected an aligator.TrajOptProblem", "nothing"],
    ),
    "horizon that does not fit": (
        ("[self.stage(running)] * self.horizon", "[self.stage(running)] * 10"),
        ["problem(theta)", "expected 100 stages", "got 10"],
    ),
    "exception": (
        ("goal = self.goal_state(theta)", "goal = self.gaol_state(theta)"),
        ["problem(theta)", "AttributeError", "gaol_state", "(my_task.py, line 41)"],
    ),
    "syntax": (("import numpy as np", "import numpy as"), ["cannot be imported", "SyntaxError"]),
    "no task": (
        ("class CartPole(MultibodyTask):", "class CartPole:"),
        ["exactly one subclass of Task, found 0"],
    ),
    "parameters": (
        ("    def problem(self, theta):", "    parameters = (3, 4)\n\n    def problem(self, theta):"),
        ["parameters", "expected entries of theta, 0 to 3", "4"],
    ),
    "no length of a step": (
        ("    dt = 0.02\n", ""),
        ["CartPole does not say its dt; write, in its class, dt = 0.02"],
    ),
    "exception in the constructor": (
        ("limit = np.array([force])", "limit = np.array([self.farce])"),
        ["CartPole(...) raised AttributeError", "(my_task.py, line 34)"],
    ),
    "exception while it is imported": (
        ("class CartPole(", "np.zeros(3)[4]\n\n\nclass CartPole("),
        ["cannot be imported: IndexError", "(my_task.py, line 26)"],
    ),
    "no room between the limits": (
        ("limit = np.array([force])", "limit = np.zeros(1)"),
        [
            "lower, upper: expected room between them",
            "URDF that gives no effort limit",
            "got 0 twice for control 0",
        ],
    ),
    "tolerance in words": (
        ("    dt = 0.02\n", '    dt = 0.02\n    goal_tolerance = "5 cm"\n'),
        ["goal_tolerance", "expected the distance from the goal that counts as reached, a number"],
    ),
    "names": (('(Axis("force", "N"),)', "()"), ["control_axes", "expected 1 names, got 0"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_name_the_task_the_method_and_what_was_expected(mistake, tmp_path):
    (right, wrong), said = MISTAKES[mistake]
    text = EXAMPLE.read_text()
    assert right in text
    path = tmp_path / "my_task.py"
    path.write_text(text.replace(right, wrong))
    with pytest.raises(TaskError) as error:
        checked(path)
    message = str(error.value)
    assert message.startswith("mine: ")
    assert "\n" not in message
    for words in said:
        assert words in message


@pytest.mark.parametrize("quaternion", ["np.zeros(4)", "np.full(4, 0.6)"])
def test_a_state_of_a_free_base_needs_a_quaternion(quaternion, tmp_path):
    text = EXAMPLE.read_text().replace("pin.JointModelPY()", "pin.JointModelFreeFlyer()")
    text = text.replace("np.array([[1.0], [0.0]])", "np.eye(7)[:, :1]")
    begin, end = text.index("        return np.array([rng.uniform"), text.index("    def problem(")
    path = tmp_path / "free.py"
    theta = f"        return np.concatenate([np.zeros(3), {quaternion}, np.zeros(8)])\n\n"
    path.write_text(text[:begin] + theta + text[end:])
    with pytest.raises(TaskError, match=r"mine: initial_state\(theta\): .* a quaternion has norm 1"):
        checked(path)


def test_options_and_paths_are_checked(tmp_path):
    with pytest.raises(TaskError, match=r"mine: options: .*forse.*accepted: control, force"):
        checked(EXAMPLE, forse=3)
    with pytest.raises(TaskError, match="mine: module: no Python file"):
        checked(tmp_path / "nowhere.py")
    shutil.copy(EXAMPLE, tmp_path / "own.py")
    assert checked(tmp_path / "own.py", force=5.0).upper[0] == 5.0


def test_library_without_the_workflow(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE.parent)  # as for a script that is run
    example = runpy.run_path(str(EXAMPLE.with_name("warm_start.py")))
    alone, warm = example["main"](demonstrations=2, epochs=20, instances=2)
    assert len(alone) == len(warm) == 2
    assert min(alone + warm) > 0
