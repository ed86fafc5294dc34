"""Networks, schedule, sampling and losses against diffusers, autograd and each other."""

from typing import get_args

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler

from sobolev_diffusion.config import PolicyConfig, SobolevConfig, TaskConfig, TrainingConfig
from sobolev_diffusion.config.kinds import KINDS, PolicyKind, TrainedKind
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.policies import ChunkPolicy, Policy, make_policy
from sobolev_diffusion.policies.ddpm import square_cosine
from sobolev_diffusion.policies.mlp import DirectPolicy
from sobolev_diffusion.policies.normaliser import Normaliser
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.losses import Batch, sobolev_full, sobolev_output, sobolev_state
from sobolev_diffusion.training.torch_trainer import TorchTrainer

NA, NO, NDX = 2, 5, 4


SMALL = {
    "unet": {"hidden_dims": (8, 16), "step_embedding_dim": 8},
    "mlp": {"hidden_dims": (32, 32)},
}


def make(kind="diffusion", **config):
    torch.manual_seed(0)
    config = {**SMALL, **config}
    policy = Policy.kinds[kind](PolicyConfig(kind=kind, **config), NA, NO)
    policy.normalise_action.fit(np.random.default_rng(0).normal(1, 3, (50, NA)))
    policy.normalise_observation.fit(np.random.default_rng(1).normal(-1, 2, (50, NO)))
    return policy


def make_batch(policy, size=6, seed=0):
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    length = policy.prediction_horizon
    jacobian = normal(size, length, NA, NDX)
    jacobian[:, : policy.history] = 0
    return Batch(
        normal(size, NO),
        normal(size, NO, NDX),
        normal(size, length, NA),
        jacobian,
        torch.rand(size, generator=generator),
        policy.history,
    )


def diffusers_scheduler(steps, predict="sample"):
    return DDPMScheduler(
        num_train_timesteps=steps,
        beta_schedule="squaredcos_cap_v2",
        prediction_type={"sample": "sample", "noise": "epsilon"}[predict],
        clip_sample=False,
        variance_type="fixed_small",
    )


def test_parameter_counts():
    for kind in ("diffusion", "direct"):
        count = sum(
            each.numel() for each in Policy.kinds[kind](PolicyConfig(kind=kind), 1, 2).network.parameters()
        )
        assert 270_000 < count < 310_000


@pytest.mark.parametrize("steps", [1, 2, 5, 10, 20])
def test_schedule_is_that_of_diffusers(steps):
    expected = diffusers_scheduler(steps).alphas_cumprod.numpy()
    found = square_cosine(steps, "sample").coefficients()
    np.testing.assert_allclose(found["alpha_bar"], expected, rtol=4e-7, atol=0)
    # what a step makes of a clean chunk of ones and a noisy one of zeros, and the other way round
    scheduler, one = diffusers_scheduler(steps), torch.ones(1, 1, 1)
    scheduler.alphas_cumprod = torch.from_numpy(found["alpha_bar"])
    scheduler.one = torch.ones((), dtype=torch.float64)
    for i in range(steps):
        deviation = scheduler._get_variance(i).sqrt() if i else torch.zeros(())
        np.testing.assert_allclose(found["deviation"][i], deviation, rtol=1e-7, atol=0)
        scheduler._get_variance = lambda *_, **__: torch.zeros(())
        for weight, clean, noisy in ((found["clean"], one, 0 * one), (found["noisy"], 0 * one, one)):
            np.testing.assert_allclose(weight[i], scheduler.step(clean, i, noisy).prev_sample, rtol=1e-6)
        del scheduler._get_variance


def test_schedule_of_what_is_kept_stays_to_the_bit():
    """Those of `N_diff` = 5, as every policy that is kept was trained and rolled out with them."""
    expected = {
        "alpha_bar": [
            0.8987058997154236,
            0.6474781632423401,
            0.3408096432685852,
            0.09404561668634415,
            9.404440788784996e-05,
        ],
        "clean": [1.0, 0.7517488368442174, 0.5781570007236061, 0.46657297549941523, 0.30639072762302433],
        "noisy": [0.0, 0.24389443650004472, 0.38798823187529036, 0.38222391525047833, 0.028651303453054486],
        "deviation": [0.0, 0.2834158013258508, 0.5032799453302624, 0.7258338936202572, 0.9513850762571835],
    }
    for predict in ("sample", "noise"):
        found = square_cosine(5, predict).coefficients()
        assert {name: each.tolist() for name, each in found.items()} == expected


@pytest.mark.parametrize("predict", ["sample", "noise"])
@pytest.mark.parametrize(("steps", "history"), [(5, 1), (5, 0), (10, 2)])
def test_sampling_is_that_of_diffusers(predict, steps, history, monkeypatch):
    policy = make(predict=predict, diffusion_steps=steps, history=history).eval()
    rng = np.random.default_rng(0)
    noise = torch.from_numpy(rng.normal(size=(3, steps, 16, NA)).astype(np.float32))
    known = torch.from_numpy(rng.normal(size=(3, history, NA)).astype(np.float32))
    observation = torch.from_numpy(rng.normal(size=(3, NO)).astype(np.float32))
    with torch.inference_mode():
        found = policy.predict_normalised(observation, known, noise)
    scheduler = diffusers_scheduler(steps, predict)
    scheduler.set_timesteps(steps)
    given = iter(noise[:, 1:].unbind(1))
    monkeypatch.setattr(
        "diffusers.schedulers.scheduling_ddpm.randn_tensor",
        lambda *args, **kwargs: next(given),
    )
    tau = noise[:, 0].clone()
    with torch.inference_mode():
        for i in scheduler.timesteps:
            tau[:, :history] = known
            tau = scheduler.step(policy.network(tau, i.expand(3), observation), i, tau).prev_sample
        tau[:, :history] = known
    torch.testing.assert_close(found, tau, rtol=1e-4, atol=1e-4)


def test_prediction_is_in_the_units_of_the_task():
    policy = make().eval()
    rng = np.random.default_rng(0)
    observation, history = rng.normal(size=(3, NO)), rng.normal(size=(3, 1, NA))
    noise = rng.normal(size=(3, *policy.noise_shape))
    actions = policy.predict(observation, history, noise)
    assert actions.shape == (3, 15, NA)
    with pytest.raises(ValueError, match=r"noise: expected shape \(3, 5, 16, 2\)"):
        policy.predict(observation, history, noise[:, :4])
    observation[1, 2] = np.nan
    with pytest.raises(ValueError, match="observation: holds NaN"):
        policy.predict(observation, history, noise)


def linearised(policy, batch, step):
    """o -> predicted chunk and its tangents, the noisy chunk held at the clean one."""

    def linearise(observation):
        if isinstance(policy, DirectPolicy):
            action, tangents = policy.network.linearise(observation)
            return action[:, None], lambda direction: tangents(direction)[:, None]
        chunk, tangents = policy.network.linearise(batch.chunk, step, observation)
        return chunk, lambda direction: tangents(torch.zeros_like(chunk), direction)

    return linearise


@pytest.mark.parametrize("kind", ["diffusion", "direct"])
def test_sobolev_terms_have_the_same_expectation(kind):
    policy = make(kind)
    copies = 400  # 400 draws for each of 3 samples: the estimate is within a few percent
    few = make_batch(policy, size=3)
    batch = Batch(
        *(getattr(few, name).repeat_interleave(copies, dim=0) for name in list(vars(few))[:5]),
        few.known,
    )
    step = torch.tensor([0, 2, 4])

    generator = torch.Generator().manual_seed(1)
    v = torch.randn(1, *batch.chunk.shape, generator=generator)
    v[:, :, : batch.known] = 0
    v /= v.flatten(2).norm(dim=2)[:, :, None, None]
    d = torch.randn(1, 3 * copies, NDX, generator=generator)
    d /= d.norm(dim=2, keepdim=True)
    many = linearised(policy, batch, step.repeat_interleave(copies))
    _, full = sobolev_full(linearised(policy, few, step), few)
    _, output = sobolev_output(many, batch, v)
    _, state = sobolev_state(many, batch, d)
    assert output.item() == pytest.approx(full.item(), rel=0.12)
    assert state.item() == pytest.approx(full.item(), rel=0.12)


@pytest.mark.parametrize("kind", ["diffusion", "direct"])
def test_full_sobolev_term_by_finite_differences(kind):
    policy = make(kind).double()
    single = make_batch(policy, size=2)
    batch = Batch(
        *(getattr(single, name).double() for name in list(vars(single))[:5]),
        single.known,
    )
    step = torch.tensor([1, 3])

    def predict(observation):
        if isinstance(policy, DirectPolicy):
            return policy.network(observation)[:, None]
        return policy.network(batch.chunk, step, observation)

    eps, columns = 1e-6, []
    with torch.no_grad():
        for direction in torch.eye(NDX, dtype=torch.float64):
            along = batch.observation_jacobian @ direction
            difference = predict(batch.observation + eps * along) - predict(batch.observation - eps * along)
            columns.append(difference / (2 * eps))
    error = (torch.stack(columns, dim=-1) - batch.chunk_jacobian)[:, batch.known :]
    expected = (batch.sobolev_weight * (error**2).flatten(1).mean(dim=1)).mean() * NDX
    _, term = sobolev_full(linearised(policy, batch, step), batch)
    assert term.item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize(
    ("through", "over_steps", "predict"),
    [
        ("step", "constant", "sample"),
        ("step", "growing", "sample"),
        ("step", "shrinking", "noise"),
        ("chain", "constant", "sample"),
    ],
)
def test_training_reduces_both_terms(through, over_steps, predict):
    policy = make(predict=predict)
    sobolev = SobolevConfig(weight=0.1, through=through, over_steps=over_steps)
    trainer = TorchTrainer(policy, TrainingConfig(warmup_steps=5, learning_rate=3e-3), sobolev, 40)
    generator = torch.Generator().manual_seed(0)
    batch = make_batch(policy, size=8)
    losses = np.array([trainer.step(batch, draw(policy, 8, NDX, sobolev, generator)) for _ in range(40)])
    total = losses @ [1, 0.1]
    assert np.isfinite(total).all()
    assert total[-10:].mean() < total[:10].mean()


@pytest.mark.parametrize("kind", ["diffusion", "direct"])
def test_policy_file_round_trip(kind, tmp_path):
    policy = make(kind).eval()
    policy.save(tmp_path / "a.safetensors")
    loaded = Policy.load(tmp_path / "a.safetensors")
    loaded.save(tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    rng = np.random.default_rng(0)
    arguments = (
        rng.normal(size=(2, NO)),
        rng.normal(size=(2, policy.history, NA)),
        rng.normal(size=(2, *policy.noise_shape)),
    )
    np.testing.assert_array_equal(policy.predict(*arguments), loaded.predict(*arguments))


def test_damaged_policy_file_is_named(tmp_path):
    path = tmp_path / "policy.safetensors"
    make().save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(BadArtefact, match=r"policy\.safetensors: is not a policy file"):
        Policy.load(path)
    with pytest.raises(BadArtefact, match="nowhere"):
        Policy.load(tmp_path / "nowhere")


def test_every_kind_of_the_configuration_is_a_policy():
    assert Policy.kinds.keys() == KINDS.keys() == set(get_args(PolicyKind))
    assert {kind for kind, of in KINDS.items() if of.trained} == set(get_args(TrainedKind))
    for name, kind in Policy.kinds.items():
        assert issubclass(kind, ChunkPolicy) == KINDS[name].trained
        assert kind.kind == name


def test_a_chunk_is_as_long_as_the_configuration_says():
    for kind in ("diffusion", "direct"):
        policy = make(kind)
        assert policy.max_action_length == policy.prediction_horizon - policy.history


def test_a_kind_without_a_network_is_not_trained():
    task = make_task("pendulum", TaskConfig())
    with pytest.raises(ValueError, match=r"^policy\.kind: nearest has no network to train"):
        make_policy(task, PolicyConfig(kind="nearest"))


def test_a_draw_of_zeros_is_no_nan(monkeypatch):
    policy = make("direct")
    monkeypatch.setattr(torch, "randn", lambda *shape, **kwargs: torch.zeros(*shape))
    draws = draw(policy, 6, NDX, SobolevConfig(), torch.Generator())
    assert torch.equal(draws.projections, torch.zeros_like(draws.projections))


def test_no_scale_is_below_a_fraction_of_the_largest():
    samples = np.random.default_rng(0).normal(2, [1e-3, 1.0, 4.0], (200, 3))
    plain, floored = Normaliser(3), Normaliser(3)
    plain.fit(samples)
    floored.fit(samples, 0.1)
    np.testing.assert_allclose(plain.scale, samples.std(axis=0))
    np.testing.assert_allclose(floored.scale, [0.1 * plain.scale[2], plain.scale[1], plain.scale[2]])
    np.testing.assert_array_equal(floored.mean, plain.mean)
    np.testing.assert_allclose(floored.inverse(floored.forward(samples)), samples)


def test_sampling_draws_nothing_of_its_own():
    """The noise is given; PyTorch's own generator, which a caller may use, stays where it was."""
    policy = make()
    state = torch.get_rng_state()
    policy.predict_normalised(
        torch.zeros(2, NO), torch.zeros(2, policy.history, NA), torch.zeros(2, *policy.noise_shape)
    )
    assert torch.equal(torch.get_rng_state(), state)
