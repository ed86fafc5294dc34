"""Several policies trained at once on a GPU against the native CPU kernels, one policy after the other."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch

from benchmarks.comparison import Comparison
from benchmarks.policies import diffusion_policy, direct_policy, random_batch
from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.native_trainer import NativeTrainer
from sobolev_diffusion.training.stacked.stacked_trainer import StackedTrainer
from sobolev_diffusion.training.torch_trainer import moved

SIZES = ((8, 64), (8, 256), (64, 16))  # policies, samples of a minibatch each
STEPS = 10**9  # of the schedule: the learning rate stays


def comparisons() -> Iterator[Comparison]:
    """None where there is no GPU."""
    if not torch.cuda.is_available():
        return
    name = torch.cuda.get_device_name()
    for policy, label in ((diffusion_policy(), "U-Net"), (direct_policy(), "perceptron")):
        for count, size in SIZES:
            for loss, sobolev in (("plain", None), ("Sobolev", SobolevConfig())):
                title = f"{loss} step, {label}, batch {size}, {name}"
                yield comparison(title, policy, count, size, sobolev, "cuda")


def comparison(
    name: str, policy: ChunkPolicy, count: int, size: int, sobolev: SobolevConfig | None, device: str
) -> Comparison:
    """One gradient step of `count` such policies, their random numbers drawn; the data lie on the device."""
    policies = [copy.deepcopy(policy) for _ in range(count)]
    torch.manual_seed(1)
    batches = [random_batch(policy, size) for _ in policies]
    there = [moved(batch, torch.device(device)) for batch in batches]
    generator = torch.Generator().manual_seed(2)
    config = TrainingConfig()
    stacked = StackedTrainer(policies, config, sobolev, [STEPS] * count, device)
    native = [NativeTrainer(each, config, sobolev, STEPS) for each in policies]

    def together() -> None:
        stacked.step(there, [draw(policy, batch, sobolev, generator) for batch in batches])
        if device == "cuda":
            torch.cuda.synchronize()

    def one_after_the_other() -> None:
        for trainer, batch in zip(native, batches, strict=True):
            trainer.step(batch, draw(policy, batch, sobolev, generator))

    return Comparison(
        f"{count} policies together, {name}",
        "the native kernels, one after the other",
        together,
        one_after_the_other,
        clock="wall",
    )
