"""What is done in C++ between two looks has the bits of the Python path, and asks what a task overrides."""

import aligator
import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.policies.receding_horizon import RecedingHorizon
from sobolev_diffusion.solver import proxddp
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.solve import value_of
from sobolev_diffusion.tasks import from_neutral, native_driving
from sobolev_diffusion.tasks.blas import BLAS
from sobolev_diffusion.tasks.closed_loop import drive, follow
from sobolev_diffusion.tasks.controllers import Actions
from sobolev_diffusion.tasks.instances import EVALUATION, instance
from sobolev_diffusion.tasks.native_driving import Driver
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.region import Region
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.ur5 import UR5
from sobolev_diffusion.warm_start.rollout import Rollouts, roll_out

pytestmark = pytest.mark.skipif(native_driving._EXTRAS is None, reason="the official aligator has no extras")
CONFIG = project()
NAMES = ("pendulum", "double_pendulum", "ur5_small_random", "quadrotor", "quadrotor_columns")
WHERE = ((native_driving, "_EXTRAS"), (from_neutral, "_EXTRAS"), (proxddp, "_VALUE_IN_CPP"))


def in_python(work):
    """What work() gives without C++."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in WHERE:
            patch.setattr(module, name, None)
        return work()


def in_mode(name, control):
    settings = CONFIG.tasks[name]
    return make_task(name, settings.model_copy(update={"options": {**settings.options, "control": control}}))


def policy_of(task, scale=1.0):
    """With the weights that training starts from: it goes astray, as far as the limits let it."""
    torch.manual_seed(0)
    policy = make_policy(task, CONFIG.method("pendulum", "diff").policy).eval()
    policy.normalise_action.scale.fill_(scale)
    return policy


def rolled_out(task, policy, action_length=8, region=None, n=3):
    thetas = [instance(task, EVALUATION, 0, number) for number in range(n)]
    generators = [stream("test", number) for number in range(n)]
    return roll_out(task, policy, thetas, action_length, generators, region)


def assert_same(ours, theirs):
    for part in ("xs", "us", "stopped"):
        assert getattr(ours, part).tobytes() == getattr(theirs, part).tobytes()


def has_law(task):
    actions = np.zeros((1, 1, task.action_dim))
    return Driver(task).law(Actions(actions)) is not None


@pytest.mark.parametrize("control", ["torque", "state"])
@pytest.mark.parametrize("name", NAMES)
def test_bits_of_rollouts(name, control):
    task = in_mode(name, control)
    assert has_law(task)
    for scale, action_length in ((1.0, 8), (30.0, 15)):
        policy = policy_of(task, scale)
        ours = rolled_out(task, policy, action_length)
        assert_same(ours, in_python(lambda p=policy, k=action_length: rolled_out(task, p, k)))
        assert np.abs(ours.us).max() > 0


@pytest.mark.parametrize("name", ["pendulum", "ur5_small_random", "quadrotor"])
def test_bits_in_a_region(name):
    task, policy = in_mode(name, "state"), None
    policy = policy_of(task)
    everywhere = rolled_out(task, policy)
    region = Region.around(task, everywhere.xs[:1, : task.horizon // 2], 0.0)
    ours = rolled_out(task, policy, region=region)
    assert_same(ours, in_python(lambda: rolled_out(task, policy, region=region)))
    assert ours.stopped.any()
    moved = (np.diff(ours.xs, axis=1) != 0).any(axis=2).sum(axis=1)
    assert (moved > 0).any()
    assert (moved[ours.stopped] < task.horizon).all()


class Exploding(Pendulum):
    """Can be thrown about without end."""

    name = "exploding"

    def __init__(self):
        super().__init__("torque", torque_limit=1e9)


def test_bits_of_what_runs_away():
    task = Exploding()
    policy = policy_of(task, 1e8)
    ours = rolled_out(task, policy)
    assert_same(ours, in_python(lambda: rolled_out(task, policy)))
    assert ours.stopped.any()
    assert np.isfinite(ours.xs).all()


@pytest.mark.parametrize("name", ["pendulum", "ur5_small_random", "quadrotor"])
def test_bits_of_following(name):
    task = make_task(name, CONFIG.tasks[name])
    runs = collect(task, CONFIG.tasks[name].cold, 0, range(2))
    nearest = NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains)
    assert_same(rolled_out(task, nearest, 1), in_python(lambda: rolled_out(task, nearest, 1)))
    start = task.space.integrate(runs.xs[0, 0], np.full(task.space.ndx, 0.05))
    ours = follow(task, runs.xs[0], runs.us[0], runs.gains[0], start)
    theirs = in_python(lambda: follow(task, runs.xs[0], runs.us[0], runs.gains[0], start))
    assert [each.tobytes() for each in ours] == [each.tobytes() for each in theirs]
    for number in range(2):
        problem = task.problem(runs.theta[number])
        mine, reference = value_of(problem, *ours), in_python(lambda p=problem: value_of(p, *ours))
        assert mine == reference
        assert np.isfinite(mine.cost)
        data = aligator.TrajOptData(problem)
        assert [value_of(problem, *ours, data) for _ in range(2)] == [mine] * 2


def test_violation_passes_over_what_is_not_a_number():
    task = make_task("quadrotor", CONFIG.tasks["quadrotor"])
    theta = instance(task, EVALUATION, 0, 0)
    xs, us = task.guess(theta)
    us[3] = 100.0
    xs[7] = np.nan
    problem = task.problem(theta)
    ours = value_of(problem, xs, us)
    assert ours.violation == in_python(lambda: value_of(problem, xs, us)).violation == 93.0


class Counted:
    """What an overridden hook was asked."""

    asked = 0


def overriding(name):
    """An arm with one hook of its own, which counts its calls and does a little otherwise."""

    def hook(self, *arguments):
        Counted.asked += 1
        return 0.99 * getattr(super(Own, self), name)(*arguments)

    Own = type("Own", (UR5,), {name: hook, "name": "own"})
    return Own(random_target=True)


@pytest.mark.parametrize(
    "hook", ["control_for", "inverse_dynamics", "within_limits", "state_at", "coordinates", "observe"]
)
def test_an_overridden_hook_is_asked(hook):
    task = overriding(hook)
    policy = policy_of(task)
    region = Region(task, np.full(12, -3.0), np.full(12, 3.0))

    def driven():  # not checked first: what the hooks say does not fit together
        theta = instance(task, EVALUATION, 0, 0)
        controller = policy.start(task, [theta], [stream("test")], 8)
        Counted.asked = 0
        return Rollouts(*drive(task, controller, [task.initial_state(theta)], task.horizon, region))

    ours, asked = driven(), Counted.asked
    assert_same(ours, in_python(driven))
    assert asked >= Counted.asked > 0
    assert has_law(task) == (hook not in ("control_for", "inverse_dynamics"))


def test_a_hook_of_the_object_is_asked():
    task = UR5(random_target=True)
    policy = policy_of(task)
    plain = rolled_out(task, policy)
    task.control_for = lambda x, action: np.zeros(6)
    assert not has_law(task)
    assert not rolled_out(task, policy).us.any()
    assert plain.us.any()


def test_a_controller_of_ones_own_is_asked(monkeypatch):
    task = UR5(random_target=True)
    policy = policy_of(task)

    class Halved(RecedingHorizon):
        def control(self, i, t, x):
            return 0.5 * super().control(i, t, x)

    plain = rolled_out(task, policy)
    monkeypatch.setattr(type(policy), "start", lambda policy, *rest: Halved(rest[0], policy, *rest[1:]))
    halved = rolled_out(task, policy)
    np.testing.assert_array_equal(halved.us[:, 0], 0.5 * plain.us[:, 0])


@pytest.mark.parametrize("name", ["pendulum", "ur5_small_random", "quadrotor"])
def test_coordinates_of_many_states(name):
    task = make_task(name, CONFIG.tasks[name])
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 5, task.space.ndx))
    xs = task.states_at(points)
    np.testing.assert_array_equal(xs[1, 2], task.state_at(points[1, 2]))
    np.testing.assert_array_equal(task.coordinates_of(xs)[1, 2], task.coordinates(xs[1, 2]))
    assert task.states_at(points[:, :0]).shape == (2, 0, task.space.nx)


@pytest.mark.parametrize("control", ["torque", "state"])
@pytest.mark.parametrize("name", NAMES)
def test_bits_of_observations_and_actions_of_many_states(name, control):
    task = in_mode(name, control)
    thetas = np.stack([instance(task, EVALUATION, 0, number) for number in range(5)])
    xs = task.states_at(np.random.default_rng(0).uniform(-3, 3, (5, task.space.ndx)))
    us = np.random.default_rng(1).uniform(task.lower, task.upper, (5, task.nu))
    for several, single in (
        (task.observations(xs, thetas), [task.observe(x, theta) for x, theta in zip(xs, thetas)]),
        (task.actions(xs, us), [task.action(x, u) for x, u in zip(xs, us)]),
    ):
        assert several.tobytes() == np.stack(single).tobytes()


@pytest.mark.parametrize("hook", ["observe", "action", "coordinates", "state_at"])
def test_an_overridden_hook_is_asked_for_many_states(hook):
    task = overriding(hook)
    thetas = np.stack([instance(task, EVALUATION, 0, number) for number in range(3)])
    xs = np.stack([task.initial_state(theta) for theta in thetas])
    several, single = {
        "observe": (lambda: task.observations(xs, thetas), lambda i: task.observe(xs[i], thetas[i])),
        "action": (lambda: task.actions(xs, np.zeros((3, 6))), lambda i: task.action(xs[i], np.zeros(6))),
        "coordinates": (lambda: task.coordinates_of(xs), lambda i: task.coordinates(xs[i])),
        "state_at": (lambda: task.states_at(xs), lambda i: task.state_at(xs[i])),
    }[hook]
    Counted.asked = 0
    np.testing.assert_array_equal(several(), [single(i) for i in range(3)])
    assert Counted.asked == 6


def test_bad_input_is_told():
    task = Pendulum()
    extras, data = native_driving._EXTRAS, task.dynamics.createData()
    law = extras.ClippedControls(np.zeros((2, 3, 1)), task.lower, task.upper)
    assert (law.instances, law.steps) == (2, 3)
    xs, us, going = np.zeros((2, 6, 2)), np.zeros((2, 5, 1)), np.ones(2, bool)
    for wrong, message in (
        ((xs[:1], us, going, 0, 3), r"xs: expected shape \(2, 6, 2\), got \(1, 6, 2\)"),
        ((xs, us[:1], going, 0, 3), r"us: expected shape \(2, 5, 1\), got \(1, 5, 1\)"),
        ((xs, us, going[:1], 0, 3), "going"),
        ((xs, us, going, 0, 4), "steps: the law has 3, got 4"),
        ((xs, us, going, 3, 3), "first, steps: us has 5 steps, got 3 and 3"),
        ((xs, us, going, 6, 0), "first, steps: us has 5 steps, got 6 and 0"),
    ):
        with pytest.raises(ValueError, match=message):
            extras.drive(task.dynamics, data, law, *wrong, 1e6)
    with pytest.raises(TypeError):  # would write into a copy
        extras.drive(task.dynamics, data, law, xs[:, ::2], us, going, 0, 3, 1e6)
    arm = UR5()
    moves = arm._unactuate, arm.lower, arm.upper, arm.dt, arm.configuration_gain, BLAS
    inverse = extras.InverseDynamicsControls(arm.model, *moves)
    assert (inverse.instances, inverse.steps) == (0, 0)
    with pytest.raises(ValueError, match="xs: expected 2 instances, 3 steps and 12 numbers"):
        inverse.leadTo(np.zeros((2, 3, 11)))
    with pytest.raises(ValueError, match="lower"):
        extras.ClippedControls(np.zeros((2, 3, 2)), task.lower, task.upper)
    with pytest.raises(ValueError, match="gains: expected 1 instances, 3 steps and 2 numbers"):
        extras.FeedbackControls(
            task.space,
            np.zeros((1, 3, 2)),
            np.zeros((1, 3, 1)),
            np.zeros((1, 3, 1, 3)),
            task.lower,
            task.upper,
            BLAS,
        )
    with pytest.raises(ValueError, match="vs: expected vectors of 2 numbers along the last axis"):
        extras.integrateFromNeutral(task.space, np.zeros((4, 3)))
