"""A problem that is changed from theta to theta is the one that is built, to the bits of its solutions."""

import re

import numpy as np
import pytest
from configurations import project

from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.quadrotor import Quadrotor
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.reused_problem import ReusedProblem, changes_in_place

TASKS = project().tasks
NAMES = (
    "pendulum",
    "double_pendulum",
    "ur5_full_random",
    "ur5_small_fixed",
    "quadrotor",
    "ur5_columns",
    "quadrotor_columns_3",
    "talos",
    "solo12",
    "acrobot",
)


@pytest.mark.parametrize("name", NAMES)
def test_solutions_have_the_same_bits(name):
    task = make_task(name, TASKS[name])
    assert changes_in_place(task)
    config = TASKS[name].cold.model_copy(update={"max_iterations": 40})
    reused = ReusedProblem(task)
    problems = set()
    for number in range(3):
        theta = instance(task, TRAINING, 0, number)
        problem = reused.of(theta)
        problems.add(id(problem))
        ours, built = (
            solve(each, task.guess(theta), config, with_gains=True, own_process=False)
            for each in (problem, task.problem(theta))
        )
        assert ours.xs.tobytes() == built.xs.tobytes()
        assert ours.us.tobytes() == built.us.tobytes()
        assert ours.linearisation.gains.tobytes() == built.linearisation.gains.tobytes()
        assert (ours.cost, ours.iterations) == (built.cost, built.iterations)
    assert len(problems) == 1


class Heavier(Quadrotor):
    """Weighs what depends on the goal, and inherits `cost_targets` that do not know: they are not asked."""

    name = "heavier"

    def problem(self, theta):
        problem = super().problem(theta)
        problem.stages[0].cost.setWeight("thrust", 1.0 + abs(theta[-1]))
        return problem


def test_inherited_targets_are_not_set_where_the_problem_is_another():
    check_task(Heavier())
    task = Heavier()
    reused = ReusedProblem(task)
    thetas = [task.sample(np.random.default_rng(seed)) for seed in range(2)]
    assert reused.of(thetas[0]) is not reused.of(thetas[1])


class Forgetful(Heavier):
    name = "forgetful"

    def retarget(self, problem, theta):
        return super().retarget(problem, theta)


def test_what_it_leaves_out_is_named():
    with pytest.raises(
        TaskError, match=r"forgetful: retarget\(problem, theta\): expected the costs of problem"
    ):
        check_task(Forgetful())


class Unaware(Heavier):
    name = "unaware"

    def cost_targets(self, theta):
        return super().cost_targets(theta)


class Misnamed(Quadrotor):
    name = "misnamed"

    def cost_targets(self, theta):
        return {"goal": self.goal_state(theta)}


@pytest.mark.parametrize(
    ("task", "says"),
    [
        (Unaware, "expected the costs of problem(theta), got others: it leaves out what depends on theta"),
        (Misnamed, "raised ValueError: goal: expected the name of a component of a CostStack of the problem"),
    ],
)
def test_targets_that_are_not_all_are_named(task, says):
    with pytest.raises(TaskError, match="^" + re.escape(f"{task.name}: cost_targets(theta): {says}")):
        check_task(task())


class Failing(Quadrotor):
    name = "failing"

    def retarget(self, problem, theta):
        super().retarget(problem, theta)
        raise RuntimeError("halfway")


def test_after_a_failure_it_is_built_anew():
    task = Failing()
    reused = ReusedProblem(task)
    thetas = [task.sample(np.random.default_rng(seed)) for seed in range(2)]
    first = reused.of(thetas[0])
    with pytest.raises(RuntimeError, match="halfway"):
        reused.of(thetas[1])
    assert reused.of(thetas[0]) is not first
    np.testing.assert_array_equal(first.x0_init, thetas[1][:13])  # the old one is of no use


class Plain(Quadrotor):
    cost_targets = Task.cost_targets


def test_by_default_it_is_built():
    task = Plain()
    reused = ReusedProblem(task)
    theta = task.sample(np.random.default_rng(0))
    problem, data = reused.of(theta), reused.data
    assert reused.data is data
    assert reused.of(theta) is not problem
    assert reused.data is not data
