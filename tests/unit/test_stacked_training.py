"""Several policies trained at once against each trained alone."""

import pytest
import torch
from native_cases import make_batch, make_policy, relative
from test_torch_training import LOSSES, draws_for, flat

from sobolev_diffusion.config import TrainingConfig
from sobolev_diffusion.policies.stacked_trainer import StackedTrainer
from sobolev_diffusion.policies.trainer import TorchTrainer

SEEDS = (3, 4, 5)


def make_policies(case, count):
    """Policies of one architecture with different weights."""
    policies = [make_policy(case) for _ in range(count)]
    for seed, policy in enumerate(policies):
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in policy.network.parameters():
                parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return policies


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", ["noise", "one-level", "odd-perceptron"])
def test_gradients_are_those_of_each_policy_alone(case, loss):
    policies, sobolev = make_policies(case, 3), LOSSES[loss]
    batches = [make_batch(policy, 6, seed) for seed, policy in enumerate(policies)]
    draws = [draws_for(policy, batch, sobolev, seed) for policy, batch, seed in zip(policies, batches, SEEDS)]
    losses, gradients = StackedTrainer(policies, TrainingConfig(), sobolev, [1] * 3).gradient(batches, draws)
    for row, policy in enumerate(policies):
        alone = TorchTrainer(policy, TrainingConfig(), sobolev, 1)
        plain, term = alone.losses(batches[row], draws[row])
        alone.losses.total(plain, term).backward()
        expected = {name: p.grad for name, p in policy.network.named_parameters()}
        assert list(gradients) == list(expected)
        assert relative(flat({name: g[row] for name, g in gradients.items()}), flat(expected)) < 1e-5
        torch.testing.assert_close(losses[row], torch.stack([plain, term]).detach(), rtol=1e-5, atol=0)
