"""PyTorch's gradient steps, which have no gradient of a gradient in them, against double backward."""

import numpy as np
import pytest
import torch
from double_backward import gradients
from native_cases import double, make_batch, make_policy, relative

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.training.gradient_step import draw, learning_rate
from sobolev_diffusion.training.torch_trainer import TorchTrainer, moved

LOSSES = {
    "plain": None,
    "output": SobolevConfig(weight=0.5),
    "three projections": SobolevConfig(weight=0.5, projections=3, over_steps="growing"),
    "state": SobolevConfig(weight=0.5, estimator="state", projections=2, over_steps="shrinking"),
    "full": SobolevConfig(weight=0.5, estimator="full"),
    "chain": SobolevConfig(weight=0.5, through="chain"),
    "chain along states": SobolevConfig(weight=0.5, through="chain", estimator="state"),
}
QUICK = ("noise", "one-level", "odd-perceptron")  # and so a gradient of every loss by the oracle


def flat(named):
    return torch.cat([value.flatten().double() for value in named.values()])


def draws_for(policy, batch, sobolev, seed=0):
    size, tangent_dim = len(batch.chunk), batch.observation_jacobian.shape[-1]
    return draw(policy, size, tangent_dim, sobolev, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("case", "loss"),
    [(case, loss) for case in QUICK for loss in LOSSES]
    + [(case, loss) for case in ("paper", "four-levels", "perceptron") for loss in ("output", "state")],
)
def test_gradient_agrees_with_double_backward(case, loss):
    policy, sobolev = make_policy(case), LOSSES[loss]
    batch = make_batch(policy, 7)
    draws = draws_for(policy, batch, sobolev)
    expected_losses, expected = gradients(double(policy), sobolev, double(batch), double(draws))
    for exact, tolerance in ((False, 1e-5), (True, 1e-12)):
        # the schedule is float32 in either
        inputs = [double(each) if exact else each for each in (policy, batch, draws)]
        trainer = TorchTrainer(inputs[0], TrainingConfig(), sobolev, 1)
        plain, term = trainer.losses(*inputs[1:])
        (plain + (sobolev.weight if sobolev else 0.0) * term).backward()
        gradient = {name: p.grad for name, p in inputs[0].network.named_parameters()}
        np.testing.assert_allclose([plain.item(), term.item()], expected_losses, rtol=tolerance)
        assert relative(flat(gradient), flat(expected)) < tolerance


@pytest.mark.parametrize("case", ["one-level", "perceptron"])
def test_a_whole_training_agrees_with_double_backward(case):
    sobolev = SobolevConfig(weight=0.01)
    steps = 150
    policy, oracle = make_policy(case), make_policy(case)
    config = TrainingConfig(batch_size=8, warmup_steps=20)
    trainer = TorchTrainer(policy, config, sobolev, steps)
    optimiser = torch.optim.Adam(oracle.network.parameters(), lr=config.learning_rate)
    losses = np.empty((2, steps, 2))
    for step in range(steps):
        batch = make_batch(policy, 8, seed=step % 4)
        draws = draws_for(policy, batch, sobolev, seed=step)
        losses[0, step] = trainer.step(batch, draws)
        losses[1, step], found = gradients(oracle, sobolev, batch, draws)
        for name, parameter in oracle.network.named_parameters():
            parameter.grad = found[name]
        optimiser.param_groups[0]["lr"] = learning_rate(config, step, steps)
        optimiser.step()
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    assert losses[0, -1, 0] < losses[0, 0, 0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", QUICK)
def test_losses_keep_to_the_device_of_the_policy(case, loss):
    # "meta" has shapes and no numbers: what mixes it with the processor's tensors is an error
    policy, sobolev = make_policy(case), LOSSES[loss]
    batch = make_batch(policy, 3)
    trainer = TorchTrainer(policy.to("meta"), TrainingConfig(), sobolev, 1)
    draws = draws_for(policy, batch, sobolev)
    plain, term = trainer.losses(moved(batch, "meta"), moved(draws, "meta"))
    (plain + term).backward()
    assert plain.device.type == term.device.type == "meta"
