"""A wrong derivative, and what else would silently spoil what is learnt, is named before all computing."""

import aligator
import numpy as np
import pytest
from aligator import manifolds
from configurations import project

from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.check import check_once, check_task
from sobolev_diffusion.tasks.registry import BUILT_IN, make_task

DT = 0.1


class Pendulum(aligator.ExplicitDynamicsModel):
    """x = (angle, velocity); `faults` are added to entries of the Jacobians."""

    def __init__(self, faults):
        super().__init__(manifolds.VectorSpace(2), 1)
        self.faults = faults

    def forward(self, x, u, data):
        velocity = x[1] + DT * (np.sin(x[0]) + u[0] * np.cos(x[0]))
        data.xnext[:] = x[0] + DT * velocity, velocity

    def dForward(self, x, u, data):
        slope = DT * (np.cos(x[0]) - u[0] * np.sin(x[0]))
        data.Jx[:] = [[1 + DT * slope, DT], [slope, 1.0]]
        data.Ju[:] = [[DT**2 * np.cos(x[0])], [DT * np.cos(x[0])]]
        for name, entry, fault in self.faults:
            getattr(data, name)[entry] += fault


class Bend(aligator.CostAbstract):
    """w (1 - cos q) + |v|: not smooth where v = 0."""

    def __init__(self, faults):
        super().__init__(manifolds.VectorSpace(2), 1)
        self.faults = faults

    def evaluate(self, x, u, data):
        data.value = 1 - np.cos(x[0]) + abs(x[1]) + np.exp(u[0])

    def computeGradients(self, x, u, data):
        data.Lx[:] = np.sin(x[0]), np.sign(x[1])
        data.Lu[:] = np.exp(u)
        for name, entry, fault in self.faults:
            getattr(data, name)[entry] += fault

    def computeHessians(self, x, u, data):
        data.Lxx[0, 0], data.Luu[0, 0] = np.cos(x[0]), np.exp(u[0])


class Power(aligator.StageFunction):
    """u v <= 3."""

    def __init__(self, faults):
        super().__init__(2, 1, 1)
        self.faults = faults

    def evaluate(self, x, u, data):
        data.value[:] = u[0] * x[1] - 3

    def computeJacobians(self, x, u, data):
        data.Jx[:], data.Ju[:] = [[0, u[0]]], [[x[1]]]
        for name, entry, fault in self.faults:
            getattr(data, name)[entry] += fault


class Height(aligator.UnaryFunction):
    """Of the tip."""

    def __init__(self):
        super().__init__(2, 1, 1)

    def evaluate(self, x, data):
        data.value[0] = np.cos(x[0])

    def computeJacobians(self, x, data):
        data.Jx[0, 0] = -np.sin(x[0])


class SwingTo(Task):
    """theta = (x_0, angle of the goal)."""

    name, horizon, dt = "swing", 10, DT

    def __init__(self, dynamics=(), cost=(), terminal=(), constraint=(), control="torque"):
        super().__init__(control)
        self.space = manifolds.VectorSpace(2)
        self.dynamics = Pendulum(dynamics)
        self.lower, self.upper = np.array([-1.0]), np.array([np.inf])
        self.cost, self.terminal, self.constraint = Bend(cost), Bend(terminal), Power(constraint)

    def sample(self, rng):
        return np.array([3 + rng.uniform(-0.5, 0.5), 0.0, rng.uniform(-0.1, 0.1)])

    def goal_state(self, theta):
        return np.array([theta[2], 0.0])

    def inverse_dynamics(self, x, action):
        return np.zeros(1)

    def problem(self, theta):
        running = aligator.CostStack(self.space, 1)
        running.addCost("bend", self.cost, 0.5)
        stage = aligator.StageModel(running, self.dynamics)
        stage.addConstraint(self.constraint, aligator.constraints.NegativeOrthant())
        stage.addConstraint(Height(), aligator.constraints.NegativeOrthant())
        terminal = aligator.CostStack(self.space, 1)
        terminal.addCost("arrived", self.terminal)
        return aligator.TrajOptProblem(self.initial_state(theta), [stage] * self.horizon, terminal)


def said(task):
    with pytest.raises(TaskError) as error:
        check_task(task)
    message = str(error.value)
    assert message.startswith("swing: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("control", ["torque", "state"])
@pytest.mark.parametrize("name", project().tasks)
def test_tasks_of_this_repository_pass(name, control):
    settings = project().tasks[name]
    options = {**settings.options, "control": control}
    check_task(make_task(name, settings.model_copy(update={"options": options})))


def test_a_kink_is_no_mistake():
    check_task(SwingTo())
    check_task(SwingTo(control="state"))


@pytest.mark.parametrize(
    ("part", "fault", "where"),
    [
        ("dynamics", ("Jx", (1, 0), 0.01), "dynamics: dForward(x, u): Jx[1, 0]: expected "),
        ("dynamics", ("Ju", (0, 0), -0.001), "dynamics: dForward(x, u): Ju[0, 0]: expected "),
        ("cost", ("Lx", 1, 0.1), 'problem(theta): stage 0: cost "bend": Lx[1]: expected '),
        ("cost", ("Lu", 0, 0.1), 'problem(theta): stage 0: cost "bend": Lu[0]: expected '),
        ("terminal", ("Lx", 0, 0.1), 'problem(theta): terminal cost "arrived": Lx[0]: expected '),
        ("constraint", ("Jx", (0, 0), 0.1), "stage 0: constraint 0 (Power): Jx[0, 0]: expected "),
        ("constraint", ("Ju", (0, 0), 0.1), "stage 0: constraint 0 (Power): Ju[0, 0]: expected "),
    ],
)
def test_a_wrong_entry_is_named_with_what_it_should_be(part, fault, where):
    message = said(SwingTo(**{part: [fault]}))
    assert where in message
    expected, given = message.split(": expected ")[1].split(", by finite differences, got ")
    assert float(given) - float(expected) == pytest.approx(fault[2], rel=1e-3)


class Blind(SwingTo):
    def observe_jacobian(self, x, theta):
        return np.eye(3, 2)[:, ::-1]


class NotTheGoal(SwingTo):
    def observe_parameter_jacobian(self, x, theta):
        return np.zeros((3, 1))


class Turned(SwingTo):
    def coordinates(self, x):
        return x[::-1]


class HalfWay(Turned):
    def coordinates_jacobian(self, x):
        return np.eye(2)[::-1]


class Elsewhere(SwingTo):
    """The rollouts' dynamics are not those of the problem."""

    def problem(self, theta):
        rolled, self.dynamics = self.dynamics, Pendulum(())
        self.dynamics.forward = lambda x, u, data: data.xnext.__setitem__(slice(None), 0.5 * x)
        problem = super().problem(theta)
        self.dynamics = rolled
        return problem


class Undefined(SwingTo):
    def __init__(self):
        super().__init__()
        self.dynamics.forward = lambda x, u, data: data.xnext.__setitem__(slice(None), np.nan)


class Nameless(SwingTo):
    def __init__(self):
        self.space = manifolds.VectorSpace(2)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (Blind(), ["observe_jacobian(x, theta)[", "by finite differences"]),
        (
            NotTheGoal(),
            ["observe_parameter_jacobian(x, theta)[2, 0]: expected 1, by finite differences, got 0"],
        ),
        (Turned(control="state"), ["observe_jacobian(x, theta)["]),
        (HalfWay(control="state"), ["state_at(coordinates(x)): expected x, got a state that is"]),
        (Undefined(), ["dynamics: forward(x, u): expected finite numbers, got [nan nan]"]),
        (Nameless(), ["attribute control: expected torque or state", "call super().__init__(control)"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Task) else "",
)
def test_what_would_be_learnt_from_silently_is_named(task, words):
    message = said(task)
    for each in words:
        assert each in message


def test_dynamics_of_the_problem_are_those_of_the_rollouts():
    task = SwingTo()
    others, rolled = SwingTo(), task.dynamics
    others.dynamics.forward = lambda x, u, data: (rolled.forward(x, u, data), data.xnext.__iadd__(0.1))
    task.problem = others.problem
    assert "stage 0: dynamics: expected those of the attribute dynamics" in said(task)


def test_a_task_is_checked_once_and_again_when_it_has_changed():
    calls = []

    class Counted(SwingTo):
        def problem(self, theta):
            calls.append(theta)
            return super().problem(theta)

    task = Counted()
    check_once(task)
    check_once(task)
    assert len(calls) == 1
    task.horizon = 20
    check_once(task)
    assert len(calls) == 2
    with pytest.raises(TaskError, match=r"swing: theta of instance 1: expected an array of shape \(3\), as"):
        check_once(task, [np.zeros(3), np.zeros(2)])


def test_every_built_in_kind_is_made_from_its_name():
    for kind in BUILT_IN:
        assert make_task(kind, TaskConfig()).name == kind
