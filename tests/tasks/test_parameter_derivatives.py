"""Derivatives in the parameters that a task gives in closed form: used as they are, and looked at."""

import re
from dataclasses import replace

import numpy as np
import pytest
from configurations import project
from tracking import THETA, WITH, InClosedForm, Tracking

from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters, in_cost_only
from sobolev_diffusion.tasks.instances import TRAINING, instance
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


@pytest.mark.parametrize("name", ["ur5_full_random", "quadrotor_columns_1", "talos", "solo12", "acrobot"])
def test_parameters_of_the_cost_alone_are_those_of_the_whole_problem(name, monkeypatch):
    task = make_task(name, project().tasks[name])
    assert in_cost_only(task)
    theta = instance(task, TRAINING, 0, 0)
    xs, us = task.guess(theta)
    us = us + 0.1 * np.random.default_rng(0).normal(size=us.shape)
    alone = derive_by_parameters(task, theta, xs, us)
    monkeypatch.setattr(type(task), "parameters_in_cost_only", False)
    whole = derive_by_parameters(task, theta, xs, us)
    np.testing.assert_array_equal(alone.l_xp, whole.l_xp)
    np.testing.assert_array_equal(alone.l_up, whole.l_up)
    assert np.abs(alone.l_xp).max() > 0
    np.testing.assert_allclose(alone.f_p, whole.f_p, atol=1e-9)  # rounding of x (-) x on a manifold
    for ours, theirs in zip(alone.h_p, whole.h_p, strict=True):
        assert [each.shape for each in ours] == [each.shape for each in theirs]
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


class SaidOfTheCostAlone(Tracking):
    parameters_in_cost_only = True

    def problem(self, theta):
        return super().problem(theta)


class Anew(SaidOfTheCostAlone):
    def problem(self, theta):
        return super().problem(theta)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"path": True}, r"h_p\[\d+\]\[0\]\[0, 1\]: expected -1, "),
        ({"end": True}, r"h_p\[12\]\[0\]\[0, 0\]: expected -1, "),
    ],
)
def test_what_enters_more_than_the_cost_is_named(options, says):
    with pytest.raises(TaskError, match=r"^tracking: parameters_in_cost_only: " + says):
        check_task(SaidOfTheCostAlone(**options))
    check_task(Anew(**options))  # its problem is newer than what is said of another's


def test_the_cost_alone_that_cannot_be_differentiated_is_named():
    class NotFinite(SaidOfTheCostAlone):
        parameters_in_cost_only = True

        def problem(self, theta):
            return super().problem(np.where(theta == THETA, theta, np.nan))

    task = NotFinite()
    with pytest.raises(TaskError, match=r"derivatives that are not finite at theta\[3\] = 0.7 \+ 1e-05"):
        derive_by_parameters(task, THETA, *task.guess(THETA))
