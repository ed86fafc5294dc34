"""Derivatives in the parameters that a task gives in closed form: used as they are, and looked at."""

import re
from dataclasses import replace

import aligator
import numpy as np
import pytest
from configurations import project
from tracking import THETA, WITH, InClosedForm, Tracking

from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.gains import linearise
from sobolev_diffusion.solver.linear_quadratic import of_aligator
from sobolev_diffusion.solver.riccati import sweep
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_differences, derive_by_parameters
from sobolev_diffusion.tasks.derive_by_targets import derive_by_targets
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives
from sobolev_diffusion.tasks.registry import make_task

ALL = {"end": True, "path": True, "limit": True}


@pytest.mark.parametrize("options", [{}, {**ALL, "drift": True}])
def test_they_are_those_of_finite_differences(options):
    given, differences = (
        derive_by_parameters(task, THETA, *task.guess(THETA))
        for task in (InClosedForm(**options), Tracking(**options))
    )
    for part in ("l_xp", "l_up", "f_p"):
        np.testing.assert_allclose(getattr(given, part), getattr(differences, part), atol=1e-9)
    for ours, theirs in zip(given.h_p, differences.h_p, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_gains_come_from_them():
    given, faulty, differences = (
        solve_instances(task, WITH, [0], [THETA])
        for task in (
            InClosedForm(),
            Unchecked("l_xp"),
            Tracking(),
        )
    )
    np.testing.assert_allclose(given.parameter_gains, differences.parameter_gains, atol=1e-8)
    assert np.abs(faulty.parameter_gains - differences.parameter_gains).max() > 1e-4
    np.testing.assert_array_equal(given.gains, differences.gains)


class Unchecked(InClosedForm):
    """As if it had been looked at before the fault."""

    def __init__(self, fault, **options):
        super().__init__(**options)
        check_task(self)
        self._passed = [self.horizon, self.dt, self.control], len(THETA)
        self.fault = fault


def test_right_ones_pass():
    check_task(InClosedForm(**ALL))


@pytest.mark.parametrize(
    ("fault", "entry"),
    [
        ("l_xp", "[12, 2, 2]: expected -10"),
        ("l_up", "[11, 1, 2]: expected "),
        ("f_p", "[11, 2, 2]: expected "),
        ("h_p", "[11][1][0, 2]: expected "),
    ],
)
def test_a_wrong_entry_is_named(fault, entry):
    says = re.escape(f"tracking: parameter_derivatives(theta, xs, us): {fault}{entry}")
    with pytest.raises(TaskError, match=says + ".*, by finite differences, got "):
        check_task(InClosedForm(fault, **ALL))


def test_without_dynamics_and_constraints_these_are_zero():
    class OfTheCostAlone(InClosedForm):
        def parameter_derivatives(self, theta, xs, us):
            return replace(super().parameter_derivatives(theta, xs, us), f_p=None, h_p=None)

    check_task(OfTheCostAlone())
    given, whole = (solve_instances(task, WITH, [0], [THETA]) for task in (OfTheCostAlone(), InClosedForm()))
    np.testing.assert_array_equal(given.parameter_gains, whole.parameter_gains)
    says = re.escape("tracking: parameter_derivatives(theta, xs, us): h_p[")
    with pytest.raises(TaskError, match=says + r".*0, 1\]: expected -1, by finite differences, got 0"):
        check_task(OfTheCostAlone(path=True))


class Shaped(InClosedForm):
    def __init__(self, change):
        super().__init__(path=True)
        self.change = change

    def parameter_derivatives(self, theta, xs, us):
        return self.change(super().parameter_derivatives(theta, xs, us))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda given: given.l_xp,
            "expected ParameterDerivatives, or None, got an array of shape (13, 3, 3)",
        ),
        (lambda given: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (
            lambda given: replace(given, l_xp=given.l_xp[1:]),
            "l_xp: expected an array of shape (13x3x3), got an array of shape (12, 3, 3)",
        ),
        (
            lambda given: replace(given, f_p=given.f_p * np.nan),
            "f_p: expected finite numbers, shape (12x3x3), got ",
        ),
        (
            lambda given: replace(given, h_p=given.h_p[1:]),
            "h_p: expected one for each of 12 stages and the end, got 12",
        ),
        (
            lambda given: replace(given, h_p=[[], *given.h_p[1:]]),
            "h_p[0]: expected rows of the constraints of stage 0, [1], got []",
        ),
    ],
)
def test_other_shapes_are_one_line(change, says):
    with pytest.raises(
        TaskError, match=r"^tracking: parameter_derivatives\(theta, xs, us\): " + re.escape(says)
    ):
        check_task(Shaped(change))


BY_TARGETS = [
    "ur5_full_random",
    "ur5_columns",
    "quadrotor",
    "quadrotor_columns_1",
    "talos",
    "solo12",
]


@pytest.mark.parametrize("name", BY_TARGETS)
def test_those_of_targets_are_those_of_finite_differences(name):
    task, theta, xs, us = along_the_guess(name)
    alone = derive_by_targets(task, theta, xs, us)
    whole = derive_by_differences(task, theta, xs, us)
    scale = np.abs(whole.l_xp).max()
    assert scale > 0
    np.testing.assert_allclose(alone.l_xp, whole.l_xp, atol=1e-6 * scale)
    np.testing.assert_allclose(alone.l_up, whole.l_up, atol=1e-6 * scale)
    assert alone.f_p is None
    assert alone.h_p is None
    np.testing.assert_allclose(whole.f_p, 0, atol=1e-9)  # rounding of x (-) x on a manifold
    for stage in whole.h_p:
        for value in stage:
            np.testing.assert_array_equal(value, 0)


def along_the_guess(name):
    """A task, theta of an instance, and a trajectory."""
    task = make_task(name, project().tasks[name])
    theta = instance(task, TRAINING, 0, 0)
    xs, us = task.guess(theta)
    return task, theta, xs, us + 0.1 * np.random.default_rng(0).normal(size=us.shape)


@pytest.mark.parametrize("name", ["ur5_small_random", "quadrotor_columns_1"])
def test_parameters_of_the_cost_alone_have_the_gains_of_zeros(name):
    """With and without limits; in C++, and in the reference of it."""
    task, theta, xs, us = along_the_guess(name)
    problem = task.problem(theta)
    data = aligator.TrajOptData(problem)
    problem.evaluate(list(xs), list(us), data)
    problem.computeDerivatives(list(xs), list(us), data)
    h = [stage.constraint_data for stage in data.stage_data] + [data.term_constraint]
    multipliers = [np.ones(sum(len(each.value) for each in stage)) for stage in h]
    alone = derive_by_targets(task, theta, xs, us)
    n_p = alone.l_xp.shape[-1]
    f_p = np.zeros((task.horizon, task.space.ndx, n_p))
    zeros = replace(alone, f_p=f_p, h_p=[[np.zeros((len(each.value), n_p)) for each in stage] for stage in h])
    ours, full = (linearise(problem, xs, us, multipliers, 1e-3, by, data) for by in (alone, zeros))
    np.testing.assert_array_equal(ours.parameter_gains, full.parameter_gains)
    model = of_aligator(problem, data, multipliers, 1e-3)
    ours, full = (sweep(model, by) for by in (alone, zeros))
    np.testing.assert_array_equal(ours.parameter_gains, full.parameter_gains)


def test_constraints_are_given_with_dynamics():
    with pytest.raises(ValueError, match="expected both of f_p and h_p, or neither"):
        ParameterDerivatives(np.zeros((2, 1, 1)), np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))


class SaidOfTheCostAlone(Tracking):
    """Its terminal cost is in a stack too; says that its target is all that depends on p."""

    def problem(self, theta):
        problem = super().problem(theta)
        end = aligator.CostStack(self.space, self.nu)
        end.addCost("state", problem.term_cost)
        problem.term_cost = end
        return problem

    def cost_targets(self, theta):
        return {"state": theta[3:]}


class Anew(SaidOfTheCostAlone):
    def problem(self, theta):
        return super().problem(theta)


@pytest.mark.parametrize("options", [{"path": True}, {"end": True}])
def test_what_enters_more_than_targets_is_named(options):
    says = r"^tracking: cost_targets\(theta\): expected the constraints of problem\(theta\)"
    with pytest.raises(TaskError, match=says):
        check_task(SaidOfTheCostAlone(**options))
    check_task(Anew(**options))  # its problem is newer than what is said of another's
    check_task(SaidOfTheCostAlone())


class Faulty(SaidOfTheCostAlone):
    def __init__(self, change):
        super().__init__()
        self.change = change

    def cost_targets(self, theta):
        return self.change(theta)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda theta: {"state": theta[3:] / (theta[3] == THETA[3])}, "state: expected finite numbers"),
        (lambda theta: {"state": theta[:2]}, "raised ValueError: state: expected 3, got 2"),
        (lambda theta: {"end": theta[3:]}, "raised ValueError: end: expected the name of a component"),
        (
            lambda theta: {"state" if theta[3] == THETA[3] else "goal": theta[3:]},
            "expected targets of state for every theta, got others",
        ),
        (lambda theta: 1 / 0, "raised ZeroDivisionError: division by zero"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_targets_that_are_none_are_one_line(change, says):
    task = Faulty(change)
    with pytest.raises(TaskError, match=r"^tracking: cost_targets\(theta\): " + re.escape(says)):
        derive_by_parameters(task, THETA, *task.guess(THETA))


def test_a_problem_that_cannot_be_differentiated_is_named():
    class NotFinite(Tracking):
        def problem(self, theta):
            return super().problem(np.where(theta == THETA, theta, np.nan))

    task = NotFinite()
    with pytest.raises(TaskError, match=r"derivatives that are not finite at theta\[3\] = 0.7 \+ 1e-05"):
        derive_by_parameters(task, THETA, *task.guess(THETA))
