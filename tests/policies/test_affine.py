"""The affine part of a policy: the least-squares solution, and what a policy does with it."""

import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.config import PolicyConfig, SobolevConfig
from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.policies.affine import RIDGE, AffinePart
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.chunks import cut, prepare

CONFIG = project()
N, NO, NDX, T_P, NA, KNOWN = 200, 5, 3, 4, 2, 1
RNG = np.random.default_rng(0)
WEIGHT, BIAS = RNG.normal(size=(NO, T_P, NA)), RNG.normal(size=(T_P, NA))


def samples(n=N, noise=0.0):
    """Observations, chunks and derivatives of a policy that is affine, but for noise."""
    rng = np.random.default_rng(n)
    o, jacobian = rng.normal(1, 1, (n, NO)), rng.normal(size=(n, NO, NDX))
    chunk = np.tensordot(o, WEIGHT, axes=1) + BIAS
    slopes = np.einsum("box,ota->btax", jacobian, WEIGHT)
    slopes[:, :KNOWN] = 0  # as `cut` leaves them
    return (
        o,
        chunk + noise * rng.normal(size=chunk.shape),
        jacobian,
        slopes + noise * rng.normal(size=slopes.shape) * (slopes != 0),
    )


@pytest.mark.parametrize("first_order", [0.0, 0.1])
def test_an_affine_policy_is_found(first_order):
    part, given = AffinePart(NO, T_P, NA), samples()
    part.fit(*given, KNOWN, np.full(N, first_order))
    np.testing.assert_allclose(part.weight, WEIGHT, atol=5 * RIDGE)
    np.testing.assert_allclose(part(given[0]), given[1], atol=0.02)
    np.testing.assert_allclose(part.along(given[2])[:, KNOWN:], given[3][:, KNOWN:], atol=0.02)


def test_slopes_tell_what_few_observations_leave_open():
    few = samples(3)
    errors = []
    for first_order in (0.0, 1.0):
        part = AffinePart(NO, T_P, NA)
        part.fit(*few, KNOWN, np.full(3, first_order))
        errors.append(np.abs(part.weight.numpy() - WEIGHT)[:, KNOWN:].max())
    assert errors[0] > 0.3
    assert errors[1] < 0.01


def test_fit_is_a_minimum():
    o, chunk, jacobian, slopes = samples(noise=0.5)
    rng = np.random.default_rng(1)
    first_order = rng.uniform(0, 0.5, N)
    part = AffinePart(NO, T_P, NA)
    part.fit(o, chunk, jacobian, slopes, KNOWN, first_order)

    def objective(weight, bias):
        error = chunk - bias - np.tensordot(o, weight, axes=1)
        slope = (slopes - np.einsum("box,ota->btax", jacobian, weight))[:, KNOWN:]
        squares = (error**2).sum(axis=(1, 2)) + first_order * (slope**2).sum(axis=(1, 2, 3))
        return squares.mean() + RIDGE * (weight**2).sum()

    weight, bias = part.weight.numpy(), part.bias.numpy()
    lowest = objective(weight, bias)
    for _ in range(20):
        ahead, up = 1e-3 * rng.normal(size=weight.shape), 1e-3 * rng.normal(size=bias.shape)
        sides = [objective(weight + s * ahead, bias + s * up) for s in (1, -1)]
        assert min(sides) > lowest
        # no slope: a quadratic about its minimum
        assert abs(sides[0] - sides[1]) < 1e-6 * (max(sides) - lowest)


@pytest.fixture(scope="module")
def pendulum():
    settings = CONFIG.tasks["pendulum"]
    task = make_task("pendulum", settings)
    return task, collect(task, settings.cold, 0, range(2), 1)


@pytest.mark.parametrize("kind", ["diffusion", "direct"])
def test_network_learns_what_is_left(pendulum, kind):
    task, demonstrations = pendulum
    policy = make_policy(task, PolicyConfig(kind=kind, affine=True))
    everything = prepare(task, demonstrations, policy, SobolevConfig()).everything
    chunks = cut(task, demonstrations, policy.history, policy.max_action_length)
    observation = policy.normalise_observation(chunks.observation)
    left = policy.normalise_action.inverse(everything.chunk.double().numpy())
    np.testing.assert_allclose(policy.affine(observation) + left, chunks.chunk, atol=1e-4)
    # the slopes of the affine part and of the rest make up J, per tangent coordinate in the task's units
    scales = chunks.state.std(axis=0)
    affine = policy.affine.along(everything.observation_jacobian.double().numpy())
    rest = everything.chunk_jacobian.double().numpy() * policy.normalise_action.scale.numpy()[:, None]
    known = policy.history
    np.testing.assert_allclose(
        (affine + rest)[:, known:] / scales, chunks.chunk_jacobian[:, known:], rtol=1e-3, atol=1e-3
    )
    assert not everything.chunk_jacobian[:, :known].any()


def test_policy_adds_it_to_the_network_and_keeps_it(pendulum, tmp_path):
    task, demonstrations = pendulum
    rng = np.random.default_rng(2)
    torch.manual_seed(0)
    policy = make_policy(task, PolicyConfig(affine=True)).eval()
    prepare(task, demonstrations, policy, None)
    observation = np.stack([task.observe(x, demonstrations.theta[0]) for x in demonstrations.xs[0, :3]])
    history = rng.normal(size=(3, policy.history, policy.action_dim))
    noise = rng.standard_normal((3, *policy.noise_shape), dtype=np.float32)
    actions = policy.predict(observation, history, noise)
    affine = policy.affine(policy.normalise_observation(observation))
    inputs = (
        policy.normalise_observation(observation),
        policy.normalise_action(history - affine[:, : policy.history]),
        noise,
    )
    chunk = (
        policy.predict_normalised(*(torch.from_numpy(np.float32(each)) for each in inputs)).detach().numpy()
    )
    expected = affine + policy.normalise_action.inverse(np.float64(chunk))
    np.testing.assert_allclose(actions, expected[:, policy.history :], rtol=1e-4, atol=1e-4)
    policy.save(tmp_path / "policy.safetensors")
    again = Policy.load(tmp_path / "policy.safetensors")
    np.testing.assert_array_equal(again.predict(observation, history, noise), actions)
