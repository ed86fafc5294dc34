"""Every task of the configuration: samples, solves, has the derivatives it says, can be followed, stores."""

from functools import cache
from unittest.mock import Mock

import numpy as np
import pinocchio as pin
import pytest
from configurations import project
from finite_differences import jacobian, jacobian_in_state, relative_error

from sobolev_diffusion.config import BUILT_IN_TASKS, TaskConfig
from sobolev_diffusion.config.tasks import HORIZONS
from sobolev_diffusion.policies.receding_horizon import RecedingHorizon
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.gains import linearise
from sobolev_diffusion.solver.solve import solve, value_of
from sobolev_diffusion.tasks.contacts import ContactTask
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import BUILT_IN, make_task
from sobolev_diffusion.training.first_order_targets import action_sensitivities
from sobolev_diffusion.warm_start.rollout import roll_out

CONFIG = project()
TASKS = list(CONFIG.tasks)
CHUNK = 8
# from the guess they converge seldom or slowly: these do
CONVERGES = {"double_pendulum": 4, "acrobot": 1, "acrobot_half": 3}


@cache
def make(name, control=None):
    settings = CONFIG.tasks[name]
    options = settings.options | ({"control": control} if control else {})
    return make_task(name, settings.model_copy(update={"options": options}))


@cache
def solved(name):
    """The converged run that all tests look at: (theta, solution)."""
    task = make(name)
    theta = instance(task, TRAINING, 0, CONVERGES.get(name, 0))
    solution = solve(task.problem(theta), task.guess(theta), CONFIG.tasks[name].cold, with_gains=True)
    return theta, solution


@cache
def feasible(name):
    """The solution rolled through the dynamics with its gains, and the linearisation there."""
    task = make(name)
    theta, solution = solved(name)
    gains = solution.linearisation.gains
    xs, us = [solution.xs[0]], []
    for t, (x, u, K) in enumerate(zip(solution.xs, solution.us, gains)):
        us.append(np.clip(u + K @ task.space.difference(x, xs[-1]), task.lower, task.upper))
        data = task.dynamics_at(t).createData()
        task.dynamics_at(t).forward(xs[-1], us[-1], data)
        xs.append(np.array(data.xnext))
    xs, us = np.array(xs), np.array(us)
    problem = task.problem(theta)
    zero = [np.zeros(v) for v in constraint_sizes(problem)]
    return theta, xs, us, linearise(problem, xs, us, zero, CONFIG.tasks[name].warm.mu)


def constraint_sizes(problem):
    sizes = [sum(function.nr for function in stage.constraints.funcs) for stage in problem.stages]
    return [*sizes, sum(function.nr for function in problem.term_constraints.funcs)]


def test_all_kinds_are_configured_and_registered():
    assert set(BUILT_IN) == set(BUILT_IN_TASKS)
    assert {kind: make_task(kind, TaskConfig()).horizon for kind in BUILT_IN} == HORIZONS
    optional = {kind for kind in BUILT_IN if kind.endswith("_crocoddyl")}  # for those who have it
    assert {settings.kind or name for name, settings in CONFIG.tasks.items()} == set(BUILT_IN) - optional


@pytest.mark.parametrize("name", TASKS)
def test_samples_depend_on_the_generator_alone(name):
    task = make(name)
    first, again, other = (task.sample(np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    x = task.initial_state(first)
    assert x.shape == (task.space.nx,)
    np.testing.assert_allclose(task.space.integrate(x, np.zeros(task.space.ndx)), x, atol=1e-12)


@pytest.mark.parametrize("name", TASKS)
def test_guess_leads_from_the_start_to_the_goal(name):
    task = make(name)
    theta = task.sample(np.random.default_rng(0))
    xs, us = task.guess(theta)
    assert xs.shape == (task.horizon + 1, task.space.nx)
    assert us.shape == (task.horizon, task.nu)
    np.testing.assert_allclose(xs[0], task.initial_state(theta), atol=1e-12)
    assert task.reached(theta, xs[-1])
    assert (us >= task.lower).all()
    assert (us <= task.upper).all()


def test_a_dual_tolerance_of_its_own_leaves_the_primal_one():
    task = make("pendulum")
    theta, exact = solved("pendulum")
    settings = CONFIG.tasks["pendulum"].cold.model_copy(update={"dual_tolerance": 1.0})
    solution = solve(task.problem(theta), task.guess(theta), settings)
    assert solution.converged
    assert settings.tolerance < solution.dual_infeasibility <= 1.0
    assert solution.primal_infeasibility <= settings.tolerance
    assert solution.iterations < exact.iterations


@pytest.mark.parametrize("name", TASKS)
def test_solver_reaches_the_goal_within_the_limits(name):
    task = make(name)
    theta, solution = solved(name)
    assert solution.converged
    assert not solution.stalled
    assert solution.error == ""
    assert task.reached(theta, solution.xs[-1])
    value = value_of(task.problem(theta), solution.xs, solution.us)
    among_few = name.startswith("quadrotor_columns_")  # the solver's tolerance there is 5e-3
    assert value.violation < (CONFIG.tasks[name].cold.tolerance if among_few else 2e-3)
    np.testing.assert_allclose(value.cost, solution.cost, rtol=1e-9)


@pytest.mark.parametrize("name", TASKS)
def test_derivatives_of_the_problem(name):
    """Dynamics and constraints against finite differences."""
    task = make(name)
    theta, xs, us, _ = feasible(name)
    problem = task.problem(theta)
    t = task.horizon // 3
    x, u = task.space.integrate(xs[t], np.full(task.space.ndx, 0.05)), us[t]
    its, dynamics = task.dynamics_at(t), task.dynamics_at(t).createData()

    def following(x, u):
        its.forward(x, u, dynamics)
        return task.space.difference(xs[t + 1], np.array(dynamics.xnext))

    its.forward(x, u, dynamics)
    its.dForward(x, u, dynamics)
    to_chart = task.space.Jdifference(xs[t + 1], np.array(dynamics.xnext), 1)
    expected = jacobian_in_state(lambda x: following(x, u), task.space, x, 1e-6)
    np.testing.assert_allclose(to_chart @ dynamics.Jx, expected, atol=1e-6 * np.abs(expected).max())
    expected = jacobian(lambda u: following(x, u), u, 1e-6)
    np.testing.assert_allclose(to_chart @ dynamics.Ju, expected, atol=1e-6 * np.abs(expected).max())
    for function in problem.stages[t].constraints.funcs:
        data = function.createData()

        def value(x, u, function=function, data=data):
            function.evaluate(x, u, data)
            return np.array(data.value)

        value(x, u)
        function.computeJacobians(x, u, data)
        expected = jacobian_in_state(lambda x, value=value: value(x, u), task.space, x, 1e-6)
        np.testing.assert_allclose(data.Jx, expected, atol=1e-5)
        expected = jacobian(lambda u, value=value: value(x, u), u, 1e-6)
        np.testing.assert_allclose(data.Ju, expected, atol=1e-7)


@pytest.mark.parametrize("control", ["torque", "state"])
@pytest.mark.parametrize("name", TASKS)
def test_observation_and_action_derivatives(name, control):
    task = make(name, control)
    theta, xs, us, _ = feasible(name)
    for t in (0, task.horizon // 2, task.horizon - 1):
        x, u = xs[t + 1], us[t]
        assert len(task.observe(x, theta)) + len(task.clock(t)) == task.observation_dim
        assert task.action(x, u).shape == (task.action_dim,)
        expected = jacobian_in_state(lambda x: task.observe(x, theta), task.space, x, 1e-4)
        np.testing.assert_allclose(task.observe_jacobian(x, theta), expected, atol=1e-5)
        in_state, in_control = task.action_jacobians(x, u)
        expected = jacobian_in_state(lambda x, u=u: task.action(x, u), task.space, x, 1e-4)
        np.testing.assert_allclose(in_state, expected, atol=1e-5)
        expected = jacobian(lambda u, x=x: task.action(x, u), u, 1e-6)
        np.testing.assert_allclose(in_control, expected, atol=1e-7)


@pytest.mark.parametrize("control", ["torque", "state"])
@pytest.mark.parametrize("name", TASKS)
def test_first_order_targets_are_those_of_the_closed_loop(name, control):
    """(2), (7) against finite differences of the rollout with u = u_nom + K (x (-) x_nom)."""
    task = make(name, control)
    _, xs, us, linear = feasible(name)
    jacobians = [task.action_jacobians(x, u) for x, u in zip(xs[1:], us)]
    action_x, action_u = (np.stack(parts) for parts in zip(*jacobians))
    targets = action_sensitivities(linear.gains, linear.A, linear.B, action_x, action_u, CHUNK)
    data = {t: task.dynamics_at(t).createData() for t in range(task.horizon)}

    def closed_loop(x, t):
        actions = []
        for k in range(t, t + CHUNK):
            u = us[k] + linear.gains[k] @ task.space.difference(xs[k], x)
            task.dynamics_at(k).forward(x, u, data[k])
            x = np.array(data[k].xnext)
            actions.append(task.action(x, u))
        return np.stack(actions)

    for t in (0, task.horizon // 3, len(targets) - 1):
        expected = jacobian_in_state(lambda x, t=t: closed_loop(x, t), task.space, xs[t], 1e-5)
        assert relative_error(targets[t], expected) < 1e-5


class Oracle:
    """Chunks of a solution, moved to first order with the observation: a perfect Sobolev-trained policy."""

    max_action_length, history, noise_shape = CHUNK, 0, (1,)

    def __init__(self, task, theta, xs, us, linear, action_length):
        self.task, self.theta, self.xs, self.action_length, self.t = task, theta, xs, action_length, 0
        self.actions = np.stack([task.action(x, u) for x, u in zip(xs[1:], us)])
        jacobians = [task.action_jacobians(x, u) for x, u in zip(xs[1:], us)]
        action_x, action_u = (np.stack(parts) for parts in zip(*jacobians))
        self.targets = [
            action_sensitivities(linear.gains, linear.A, linear.B, action_x, action_u, length)
            for length in range(1, CHUNK + 1)
        ]

    def check_fits(self, task):
        pass

    def start(self, task, thetas, generators, action_length):
        return RecedingHorizon(task, self, thetas, generators, action_length)

    def predict(self, observation, history, noise):
        t, x = self.t, self.xs[self.t]
        seen = self.task.observe(x, self.theta)
        off = observation[0, : len(seen)] - seen
        dx = np.linalg.lstsq(self.task.observe_jacobian(x, self.theta), off)[0]
        length = min(CHUNK, len(self.actions) - t)
        self.t += self.action_length
        return (self.actions[t : t + length] + self.targets[length - 1][t] @ dx)[None]


@pytest.mark.parametrize("action_length", [1, 4])
@pytest.mark.parametrize("name", TASKS)
def test_solution_can_be_followed(name, action_length):
    """Algorithm 2 in the task's own control mode, from a start that is a little off."""
    task = make(name)
    theta, xs, us, linear = feasible(name)
    oracle = Oracle(task, theta, xs, us, linear, action_length)
    off = 0.02 * np.random.default_rng(0).uniform(-1, 1, task.space.ndx)
    start = theta.copy()
    start[: task.space.nx] = task.space.integrate(xs[0], off)
    rolled = roll_out(task, oracle, [start], action_length, [np.random.default_rng(0)])
    assert task.reached(theta, rolled.xs[0, -1]), task.goal_distance(theta, rolled.xs[0, -1])


@pytest.mark.parametrize("name", TASKS)
def test_inverse_dynamics_recovers_the_control(name):
    """At the states of a feasible trajectory, the state to come names the control that leads there."""
    task = make(name, "state")
    _, xs, us, _ = feasible(name)
    for t in range(0, task.horizon, 10):
        found = task.control_at(t, xs[t], task.action(xs[t + 1], us[t]))
        if not isinstance(task, ContactTask):  # where several lead there
            np.testing.assert_allclose(found, us[t], atol=1e-6 * np.abs(task.upper).max())
        data = task.dynamics_at(t).createData()
        task.dynamics_at(t).forward(xs[t], found, data)
        np.testing.assert_allclose(task.space.difference(xs[t + 1], np.array(data.xnext)), 0, atol=1e-6)


def test_an_arm_at_its_limits_accelerates_the_way_it_should():
    task = make("ur5_small_fixed", "state")
    x = task.initial_state(instance(task, TRAINING, 0, 0))
    rng = np.random.default_rng(0)
    for size in (0.01, 10.0, 100.0):
        wanted = size * rng.uniform(-1, 1, task.model.nv) / task.dt
        # the action that names this velocity and the configuration it leads to
        velocity = x[task.model.nq :] + task.dt * wanted
        action = np.concatenate([x[: task.model.nq] + task.dt * velocity, velocity])
        u = task.inverse_dynamics(x, action)
        found = pin.aba(task.model, task.model.createData(), x[: task.model.nq], x[task.model.nq :], u)
        share = found @ wanted / (wanted @ wanted)
        np.testing.assert_allclose(found, share * wanted, atol=1e-6 * np.abs(wanted).max())
        assert np.all((task.lower <= u) & (u <= task.upper))
        if size == 0.01:
            assert share == pytest.approx(1)
        else:
            assert 0 < share < 1
            assert np.isclose(u, task.lower).any() or np.isclose(u, task.upper).any()


def test_one_rnea_says_as_much_as_two_where_nothing_is_clipped():
    task = make("ur5_small_fixed", "state")
    limits = Mock(side_effect=task.within_limits)
    other = make.__wrapped__("ur5_small_fixed", "state")
    other.within_limits = limits  # limits of its own need to know both parts
    rng = np.random.default_rng(0)
    clipped = []
    for number, size in enumerate(np.geomspace(0.01, 1000.0, 40)):  # rad/s^2
        x = task.initial_state(instance(task, TRAINING, 0, number % 5))
        velocity = x[task.model.nq :] + task.dt * size * rng.uniform(-1, 1, task.model.nv)
        action = np.concatenate([x[: task.model.nq] + task.dt * velocity, velocity])
        u = task.inverse_dynamics(x, action)
        both = other.inverse_dynamics(x, action)
        np.testing.assert_allclose(u, both, rtol=0, atol=1e-12 * task.upper.max())
        clipped.append(bool(np.isclose(u, task.upper).any() or np.isclose(u, task.lower).any()))
    assert limits.call_count == len(clipped)
    assert 5 < sum(clipped) < len(clipped) - 5


@pytest.mark.parametrize("lift", [0.0, 14.0, 50.0])
@pytest.mark.parametrize("yaw", [0.0, 100.0])
def test_a_quadrotor_at_its_limits_tilts_first(lift, yaw):
    task = make("quadrotor", "state")
    wanted = np.array([0.0, 0.0, lift, 0.6, -0.3, yaw])  # N, N m
    thrust = task._unactuate @ wanted
    found = task.within_limits(np.zeros(4), thrust)
    assert np.all((task.lower - 1e-9 <= found) & (found <= task.upper + 1e-9))
    wrench = task.actuation @ found
    np.testing.assert_allclose(wrench[3:5], wanted[3:5], atol=1e-9)
    if lift == 14.0:
        assert wrench[2] == pytest.approx(14.0)
        assert -1e-9 <= wrench[5] <= yaw + 1e-9
    if yaw:
        assert np.isclose(found, task.lower).any() or np.isclose(found, task.upper).any()
    # more than the rotors can: the largest moments there are
    found = task.within_limits(np.zeros(4), task._unactuate @ np.array([0.0, 0.0, lift, 9.0, 9.0, 0.0]))
    np.testing.assert_allclose(found, [0.0, 7.0, 7.0, 0.0])


def test_the_gains_of_a_hovering_quadrotor_do_not_depend_on_the_time_left():
    task = make("quadrotor")
    theta = instance(task, TRAINING, 0, 0).copy()
    theta[:3] = task.goal_point(theta)
    problem = task.problem(theta)
    xs = np.array([task.goal_state(theta)] * (task.horizon + 1))
    us = np.array([task.hover] * task.horizon)
    inactive = [np.zeros(v) for v in constraint_sizes(problem)]
    gains = np.array(linearise(problem, xs, us, inactive, mu=1.0).gains)
    assert np.abs(gains).max() > 1
    np.testing.assert_allclose(gains, np.broadcast_to(gains[0], gains.shape), atol=1e-6 * np.abs(gains).max())


@pytest.mark.parametrize("name", TASKS)
def test_coordinates_name_the_state(name):
    task = make(name)
    rng = np.random.default_rng(0)
    x = task.space.integrate(task.initial_state(task.sample(rng)), rng.uniform(-0.5, 0.5, task.space.ndx))
    again = task.state_at(task.coordinates(x))
    np.testing.assert_allclose(task.space.difference(x, again), 0, atol=1e-9)
    columns = [
        (task.coordinates(task.space.integrate(x, d)) - task.coordinates(task.space.integrate(x, -d))) / 2e-6
        for d in 1e-6 * np.eye(task.space.ndx)
    ]
    np.testing.assert_allclose(task.coordinates_jacobian(x), np.stack(columns, axis=1), atol=1e-8)


def test_configuration_alone_is_corrected_by_the_gain():
    """A share g of the distance to the configuration that the action names, in one step."""
    task = make("ur5_small_fixed", "state")
    theta = instance(task, TRAINING, 0, 0)
    x, data = task.initial_state(theta), task.dynamics.createData()
    wanted = x.copy()
    wanted[: task.model.nq] += 1e-4 * np.arange(1, 7)
    for gain in (0.0, 0.2, 1.0):
        task.configuration_gain = gain
        task.dynamics.forward(x, task.control_for(x, task.coordinates(wanted)), data)
        reached = np.array(data.xnext) - x
        np.testing.assert_allclose(reached[: task.model.nq], gain * (wanted - x)[: task.model.nq], atol=1e-9)


@pytest.mark.parametrize("name", TASKS)
def test_store_round_trip(name, tmp_path):
    task = make(name)
    settings = CONFIG.tasks[name].cold.model_copy(update={"max_iterations": 3})
    thetas = [instance(task, TRAINING, 0, number) for number in range(2)]
    runs = solve_instances(task, settings, [0, 1], thetas)
    runs.save(tmp_path / "runs.npz")
    again = Demonstrations.load(tmp_path / "runs.npz")
    for field, value in vars(runs).items():
        np.testing.assert_array_equal(getattr(again, field), value)
    solve_instances(task, settings, [0, 1], thetas, workers=2).save(tmp_path / "side_by_side.npz")
    assert (tmp_path / "runs.npz").read_bytes() == (tmp_path / "side_by_side.npz").read_bytes()
