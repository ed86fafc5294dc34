"""Derivatives by the task's parameters that a policy learns from, and where they are kept."""

from pathlib import Path

import numpy as np
import pytest
from configurations import project

from sobolev_diffusion.config import InterplayConfig, PolicyConfig, SobolevConfig
from sobolev_diffusion.experiment.chain import Chain
from sobolev_diffusion.experiment.recipes import Recipes
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.policies import Policy, make_policy
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.chunks import cut, prepare

ROOT = Path(__file__).parents[2]
CONFIG = project()
LENGTH = 15


def collected(name, count=2, **options):
    settings = CONFIG.tasks[name]
    task = make_task(name, settings.model_copy(update={"options": {**settings.options, **options}}))
    cold = settings.cold.model_copy(update={"parameter_gains": True})
    runs = collect(task, cold, 100, range(count))
    assert runs.converged.all()
    return task, runs


@pytest.fixture(scope="module")
def ur5():
    return collected("ur5_small_random")


@pytest.mark.parametrize("control", ["torque", "state"])
def test_targets_are_derivatives_of_the_closed_loop(ur5, control):
    _, runs = ur5
    settings = CONFIG.tasks["ur5_small_random"]
    task = make_task(
        "ur5_small_random",
        settings.model_copy(update={"options": {**settings.options, "control": control}}),
    )
    chunks = cut(task, runs, history=1, length=LENGTH, parameters=True)
    data, ndx = task.dynamics.createData(), task.space.ndx
    assert chunks.chunk_jacobian.shape[-1] == ndx + 3

    def actions(start, dp):
        """Of u = u_t + K dx + K_p dp from x_start."""
        x, taken = runs.xs[0, start], []
        for t in range(start, start + LENGTH):
            dx = task.space.difference(runs.xs[0, t], x)
            u = runs.us[0, t] + runs.gains[0, t] @ dx + runs.parameter_gains[0, t] @ dp
            task.dynamics.forward(x, u, data)
            x = np.array(data.xnext)
            taken.append(task.action(x, u))
        return np.stack(taken)

    eps = 1e-5
    for start in (0, 30, task.horizon - LENGTH):
        np.testing.assert_array_equal(chunks.chunk_jacobian[start, 0], 0)
        for column, dp in enumerate(eps * np.eye(3)):
            expected = (actions(start, dp) - actions(start, -dp)) / (2 * eps)
            target = chunks.chunk_jacobian[start, 1:, :, ndx + column]
            assert np.linalg.norm(expected) > 0
            assert np.linalg.norm(target - expected) <= 1e-5 * np.linalg.norm(expected)


def test_the_derivatives_by_the_state_are_as_without(ur5):
    task, runs = ur5
    ndx = task.space.ndx
    alone, both = (cut(task, runs, 1, LENGTH, parameters=parameters) for parameters in (False, True))
    for name in ("observation_jacobian", "chunk_jacobian", "state"):
        np.testing.assert_array_equal(getattr(both, name)[..., :ndx], getattr(alone, name))
    for name in ("observation", "chunk"):
        np.testing.assert_array_equal(getattr(both, name), getattr(alone, name))
    np.testing.assert_array_equal(both.state[0, ndx:], runs.theta[0, task.parameters])


def test_columns_are_scaled_by_the_spread_of_the_parameters(ur5):
    task, runs = ur5
    method = CONFIG.method("ur5_small_random", "diff")
    policy = make_policy(task, method.policy)
    chunks = cut(task, runs, policy.history, policy.max_action_length, parameters=True)
    batch = prepare(task, runs, policy, SobolevConfig(parameters=True)).everything
    spread = runs.theta[:, task.parameters].std(axis=0)
    scale = policy.normalise_observation.scale.numpy()
    expected = chunks.observation_jacobian[..., task.space.ndx :] * spread / scale[:, None]
    np.testing.assert_allclose(batch.observation_jacobian[..., task.space.ndx :], expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["ur5_small_random", "ur5_small_fixed", "quadrotor", "quadrotor_columns_3"])
def test_closed_forms_of_the_observation_by_the_parameters(name):
    task = make_task(name, CONFIG.tasks[name])
    theta = task.sample(np.random.default_rng(0))
    rng = np.random.default_rng(1)
    x = task.space.integrate(task.initial_state(theta), 0.3 * rng.standard_normal(task.space.ndx))
    closed = task.observe_parameter_jacobian(x, theta)
    assert closed.shape == (task.observation_dim, 0 if name == "ur5_small_fixed" else 3)
    np.testing.assert_allclose(closed, Task.observe_parameter_jacobian(task, x, theta), atol=1e-8)


def test_a_task_without_parameters_gives_the_same_bytes(tmp_path):
    settings = CONFIG.tasks["pendulum"]
    task, with_them = collected("pendulum", count=1)
    without = collect(task, settings.cold, 100, range(1))
    assert len(task.parameters) == 0
    paths = [tmp_path / "with.npz", tmp_path / "without.npz"]
    for runs, path in zip((with_them, without), paths, strict=True):
        assert runs.parameter_gains is None
        runs.save(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    batches = [
        prepare(task, without, make_policy(task, PolicyConfig()), SobolevConfig(parameters=on)).everything
        for on in (False, True)
    ]
    np.testing.assert_array_equal(batches[0].chunk_jacobian, batches[1].chunk_jacobian)
    np.testing.assert_array_equal(batches[0].observation_jacobian, batches[1].observation_jacobian)


def test_gains_in_the_parameters_are_kept(ur5, tmp_path):
    task, runs = ur5
    runs.save(tmp_path / "runs.npz")
    read = Demonstrations.load(tmp_path / "runs.npz")
    np.testing.assert_array_equal(read.parameter_gains, runs.parameter_gains)
    assert read.parameter_gains.shape == (2, task.horizon, task.nu, 3)
    twice = Demonstrations.concatenate([read.take(np.array([1])), read.take(np.array([0]))])
    np.testing.assert_array_equal(twice.parameter_gains, runs.parameter_gains[::-1])
    again = Demonstrations.stack(runs.instance, runs.theta, read.solutions(), task.space.ndx, 3)
    np.testing.assert_array_equal(again.parameter_gains, runs.parameter_gains)


def test_without_gains_in_the_parameters_one_line_says_so(ur5):
    task, runs = ur5
    cold = CONFIG.tasks["ur5_small_random"].cold
    without = collect(task, cold, 100, range(1))
    np.testing.assert_array_equal(without.gains, runs.gains[:1])
    with pytest.raises(ValueError, match="ur5_small_random: gains in the parameters are needed"):
        cut(task, without, 1, LENGTH, parameters=True)
    with pytest.raises(ValueError, match="parameter_gains: in some"):
        Demonstrations.concatenate([runs, without])
    with pytest.raises(ValueError, match="parameter_gains: in some"):
        Demonstrations.stack([0], without.theta, without.solutions(), task.space.ndx, 3)


TWINS = [("sob_diff", "sob_diff_p"), ("sob_mlp", "sob_mlp_p")]


@pytest.mark.parametrize(("plain", "twin"), TWINS)
@pytest.mark.parametrize("task", CONFIG.tasks)
def test_the_methods_differ_in_nothing_else(task, plain, twin):
    plain, twin = CONFIG.method(task, plain), CONFIG.method(task, twin)
    assert twin.sobolev.parameters
    assert not plain.sobolev.parameters
    assert twin.model_copy(update={"sobolev": plain.sobolev}) == plain
    assert twin.sobolev.model_copy(update={"parameters": False}) == plain.sobolev


def test_nearest_differs_in_nothing_else():
    plain, twin = CONFIG.method("pendulum", "nearest"), CONFIG.method("pendulum", "nearest_p")
    assert twin.policy.parameters
    assert twin.policy.model_copy(update={"parameters": False}) == plain.policy
    assert twin.model_copy(update={"policy": plain.policy}) == plain


@pytest.mark.parametrize("method", ["sob_mlp", "sob_mlp_p", "nearest_p"])
def test_demonstrations_for_a_method_have_what_it_learns_from(method, tmp_path):
    settings = CONFIG.model_copy(update={"block_size": 2})
    rules = InterplayConfig(max_iterations=100, reject=False)
    recipes = Recipes(settings, ROOT)
    epochs = None if method == "nearest_p" else 1
    policy = recipes.policy(Chain("ur5_small_random", method, 2, epochs, 100, rules), 2)

    def made(artefact):
        output = tmp_path / artefact.file
        if not output.exists():
            run(artefact.job([made(each) for each in artefact.sources]), output)
        return output

    assert Policy.load(made(policy)).config.parameters == (method == "nearest_p")
    runs = [Demonstrations.load(made(each)) for each in policy.inputs]
    assert len(runs) == 3  # two blocks of cold solves, one of warm ones
    assert all((each.parameter_gains is not None) == method.endswith("_p") for each in runs)
