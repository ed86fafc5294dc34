"""Policies and batches of the tests of predictions and gradient steps."""

import copy

import torch

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.mlp import DirectPolicy
from sobolev_diffusion.training.losses import Batch

# name -> (na, no, configuration): the paper's size, then what is odd about another
CASES = {
    "paper": (6, 18, {}),
    "one-action": (1, 3, {"diffusion_steps": 3}),
    "many-actions": (
        13,
        30,
        {
            "prediction_horizon": 32,
            "history": 2,
            "unet": {"hidden_dims": (8, 16, 24), "step_embedding_dim": 16},
        },
    ),
    "wide-actions": (17, 4, {"prediction_horizon": 8, "history": 3, "unet": {"hidden_dims": (16, 48)}}),
    "noise": (
        3,
        7,
        {"prediction_horizon": 8, "predict": "noise", "unet": {"hidden_dims": (24, 40), "kernel_size": 3}},
    ),
    "four-levels": (
        2,
        5,
        {"history": 0, "diffusion_steps": 12, "unet": {"hidden_dims": (16, 16, 32, 64), "kernel_size": 7}},
    ),
    "one-level": (4, 9, {"unet": {"hidden_dims": (12,), "groups": 4, "step_embedding_dim": 10}}),
    "wide-groups": (2, 6, {"prediction_horizon": 8, "unet": {"hidden_dims": (64, 128), "groups": 2}}),
    "perceptron": (6, 18, {"kind": "direct", "mlp": {"hidden_dims": (64, 64, 64)}}),
    "odd-perceptron": (5, 33, {"kind": "direct", "mlp": {"hidden_dims": (20, 50)}}),
}
TANGENT_DIM = 7


def make_policy(case: str) -> ChunkPolicy:
    """The random policy of a case."""
    return random_policy(*CASES[case])


def small_policy(action_dim: int, horizon: int) -> ChunkPolicy:
    """A random policy with a small U-Net."""
    options = {"prediction_horizon": horizon, "unet": {"hidden_dims": (16, 24), "step_embedding_dim": 8}}
    return random_policy(action_dim, 5, options)


def random_policy(action_dim: int, observation_dim: int, options: dict) -> ChunkPolicy:
    """A random policy whose GroupNorms have weights that matter."""
    torch.manual_seed(0)
    config = PolicyConfig.model_validate(options)
    kind = DirectPolicy if config.kind == "direct" else DiffusionPolicy
    policy = kind(config, action_dim, observation_dim)
    for module in policy.modules():
        if isinstance(module, torch.nn.GroupNorm):
            torch.nn.init.normal_(module.weight, 1, 0.2)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    return policy


def make_inputs(policy: ChunkPolicy, size: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Observation, history and noise, as predict_normalised takes them."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((policy.observation_dim,), (policy.history, policy.action_dim), policy.noise_shape)
    return tuple(torch.randn(size, *shape, generator=generator) for shape in shapes)


def make_batch(policy: ChunkPolicy, size: int, seed: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    length, action_dim, observation_dim = policy.prediction_horizon, policy.action_dim, policy.observation_dim
    jacobian = 0.3 * normal(size, length, action_dim, TANGENT_DIM)
    jacobian[:, : policy.history] = 0
    return Batch(
        normal(size, observation_dim),
        0.5 * normal(size, observation_dim, TANGENT_DIM),
        normal(size, length, action_dim),
        jacobian,
        0.5 + torch.rand(size, generator=generator),
        policy.history,
    )


def relative(value: torch.Tensor, reference: torch.Tensor) -> float:
    """|value - reference| / |reference| in the Euclidean norm."""
    return ((value.double() - reference.double()).norm() / reference.double().norm()).item()


def double(thing):
    """The same in float64: of a policy, a batch or draws."""
    if isinstance(thing, ChunkPolicy):
        return copy.deepcopy(thing).double()
    fields = {
        name: value.double() if isinstance(value, torch.Tensor) and value.is_floating_point() else value
        for name, value in vars(thing).items()
    }
    return type(thing)(**fields)
