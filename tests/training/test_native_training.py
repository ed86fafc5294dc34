"""Native gradients and trainings against PyTorch's, with double backward for the Sobolev term."""

import copy

import numpy as np
import pytest
import torch
from double_backward import gradients
from native_cases import CASES, double, make_batch, make_policy, relative, small_policy

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.instruction_sets import instruction_sets
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.native_trainer import NativeTrainer
from sobolev_diffusion.training.torch_trainer import TorchTrainer
from sobolev_diffusion.training.train import make_trainer

LOSSES = {
    "plain": None,
    "output": SobolevConfig(weight=0.5),
    "three projections": SobolevConfig(weight=0.5, projections=3, over_steps="growing"),
    "state": SobolevConfig(weight=0.5, estimator="state", projections=2, over_steps="shrinking"),
    "full": SobolevConfig(weight=0.5, estimator="full"),
}
INSTRUCTION_SETS = instruction_sets()


def draws_for(policy, batch, sobolev, seed=0):
    size, tangent_dim = len(batch.chunk), batch.observation_jacobian.shape[-1]
    return draw(policy, size, tangent_dim, sobolev, torch.Generator().manual_seed(seed))


def flat(named):
    return torch.cat([value.flatten().double() for value in named.values()])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", CASES)
def test_gradient_agrees_with_double_backward(case, loss):
    if loss == "full" and case not in ("noise", "one-level", "odd-perceptron"):
        pytest.skip("slow in PyTorch; the small cases cover it")
    policy, sobolev = make_policy(case), LOSSES[loss]
    batch = make_batch(policy, 7)
    draws = draws_for(policy, batch, sobolev)
    expected_losses, expected = gradients(double(policy), sobolev, double(batch), double(draws))
    for instruction_set in INSTRUCTION_SETS:
        trainer = NativeTrainer(policy, TrainingConfig(), sobolev, 1, instruction_set)
        losses, gradient = trainer.gradient(batch, draws)
        np.testing.assert_allclose(losses, expected_losses, rtol=1e-5)
        assert list(gradient) == list(expected)
        assert relative(flat(gradient), flat(expected)) < 1e-5
        total = flat(expected).norm()
        for name, value in gradient.items():  # some are zero but for rounding
            assert (value.double() - expected[name]).norm() < max(
                1e-6 * total, 1e-4 * expected[name].norm()
            ), name


@pytest.mark.parametrize("action_dim", range(1, 14))
def test_any_action_dimension_and_horizon(action_dim):
    policy, sobolev = small_policy(action_dim, (8, 16, 32)[action_dim % 3]), LOSSES["output"]
    batch = make_batch(policy, 3)
    draws = draws_for(policy, batch, sobolev)
    _, expected = gradients(double(policy), sobolev, double(batch), double(draws))
    for instruction_set in INSTRUCTION_SETS:
        trainer = NativeTrainer(policy, TrainingConfig(), sobolev, 1, instruction_set)
        assert relative(flat(trainer.gradient(batch, draws)[1]), flat(expected)) < 1e-5


@pytest.mark.parametrize("size", [1, 3, 50, 257])
def test_any_batch_size(size):
    policy, sobolev = make_policy("one-action"), LOSSES["output"]
    batch = make_batch(policy, size)
    draws = draws_for(policy, batch, sobolev)
    _, expected = gradients(double(policy), sobolev, double(batch), double(draws))
    _, gradient = NativeTrainer(policy, TrainingConfig(), sobolev, 1).gradient(batch, draws)
    assert relative(flat(gradient), flat(expected)) < 1e-5


@pytest.mark.parametrize(
    ("case", "sobolev", "steps"),
    [
        ("paper", SobolevConfig(weight=0.01), 150),
        ("one-level", SobolevConfig(weight=0.01, estimator="state"), 30),
        ("noise", None, 150),
        ("perceptron", None, 150),
        ("perceptron", SobolevConfig(weight=0.01), 150),
    ],
)
def test_a_whole_training_agrees(case, sobolev, steps):
    policies = [make_policy(case), make_policy(case)]
    config = TrainingConfig(batch_size=8, warmup_steps=20)
    trainers = [
        NativeTrainer(policies[0], config, sobolev, steps),
        TorchTrainer(policies[1], config, sobolev, steps),
    ]
    losses = np.empty((2, steps, 2))
    for step in range(steps):
        batch = make_batch(policies[0], 8, seed=step % 4)
        draws = draws_for(policies[0], batch, sobolev, seed=step)
        for row, trainer in zip(losses, trainers, strict=True):
            row[step] = trainer.step(batch, draws)
    for trainer in trainers:
        trainer.finish()
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    assert losses[0, -1, 0] < losses[0, 0, 0]
    weights = [flat(dict(policy.network.named_parameters())) for policy in policies]
    assert relative(weights[0], weights[1]) < 1e-4
    assert np.isfinite(weights[0].detach().numpy()).all()


def test_a_training_repeats_bit_for_bit():
    trained = []
    for _ in range(2):
        policy, sobolev = make_policy("paper"), LOSSES["output"]
        trainer = make_trainer(policy, TrainingConfig(), sobolev, 10)
        for step in range(10):
            batch = make_batch(policy, 13, seed=step)
            trainer.step(batch, draws_for(policy, batch, sobolev, seed=step))
        trainer.finish()
        trained.append(policy.state_dict())
    for name, value in trained[0].items():
        assert torch.equal(value, trained[1][name])


def test_predictions_see_the_trained_weights():
    policy = make_policy("perceptron")
    inputs = (np.zeros((1, 18)), np.zeros((1, 0, 6)), np.zeros((1, 0)))
    before = policy.predict(*inputs)
    trainer = make_trainer(policy, TrainingConfig(), None, 5)
    batch = make_batch(policy, 8)
    trainer.step(batch, draws_for(policy, batch, None))
    trainer.finish()
    after = policy.predict(*inputs)
    policy.engine = "torch"
    assert not np.array_equal(before, after)
    np.testing.assert_allclose(after, policy.predict(*inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "field", ["observation", "chunk", "chunk_jacobian", "observation_jacobian", "sobolev_weight"]
)
def test_a_batch_that_is_not_finite_is_an_error(field):
    policy, sobolev = make_policy("paper"), LOSSES["output"]
    batch = make_batch(policy, 3)
    draws = draws_for(policy, batch, sobolev)
    broken = copy.deepcopy(batch)
    getattr(broken, field).view(-1)[-1] = torch.nan
    trainer = NativeTrainer(policy, TrainingConfig(), sobolev, 10)
    expected = trainer.gradient(batch, draws)[0]
    with pytest.raises(ValueError, match=f"{field}: holds NaN"):
        trainer.step(broken, draws)
    assert trainer.gradient(batch, draws)[0] == expected  # the weights stayed


@pytest.mark.parametrize("field", ["noise", "projections"])
def test_draws_that_are_not_finite_are_an_error(field):
    policy, sobolev = make_policy("paper"), LOSSES["output"]
    batch = make_batch(policy, 3)
    draws = draws_for(policy, batch, sobolev)
    getattr(draws, field).view(-1)[-1] = torch.inf
    with pytest.raises(ValueError, match=f"{field}: holds NaN"):
        NativeTrainer(policy, TrainingConfig(), sobolev, 10).step(batch, draws)


def test_a_loss_that_is_not_finite_leaves_the_weights():
    policy = make_policy("perceptron")
    with torch.no_grad():
        policy.network[0].bias[0] = torch.nan
    before = copy.deepcopy(policy.state_dict())
    trainer = NativeTrainer(policy, TrainingConfig(), None, 10)
    batch = make_batch(policy, 3)
    plain, _ = trainer.step(batch, draws_for(policy, batch, None))
    trainer.finish()
    assert not np.isfinite(plain)
    for name, value in policy.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_which_engine_trains():
    policy = make_policy("paper")
    chain = SobolevConfig(through="chain")

    def engine(setting, sobolev=None):
        return type(make_trainer(policy, TrainingConfig(engine=setting), sobolev, 1))

    assert engine("auto") is NativeTrainer
    assert engine("native", LOSSES["full"]) is NativeTrainer
    assert engine("torch") is TorchTrainer
    assert engine("auto", chain) is TorchTrainer
    with pytest.raises(ValueError, match="native does not apply"):
        engine("native", chain)
    policy.double()
    assert engine("auto") is TorchTrainer
