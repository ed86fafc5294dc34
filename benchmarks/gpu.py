"""Several policies trained at once on a GPU against the native CPU kernels, one policy after the other."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch

from benchmarks.comparison import Comparison
from benchmarks.policies import TANGENT_DIM, diffusion_policy, direct_policy, random_batch
from sobolev_diffusion.config import MethodConfig, SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.training.minibatches import draw_steps, minibatch
from sobolev_diffusion.training.native_trainer import NativeTrainer
from sobolev_diffusion.training.stacked.stacked_minibatches import StackedMinibatches
from sobolev_diffusion.training.stacked.stacked_trainer import StackedTrainer

SIZES = ((8, 64), (8, 256), (64, 16))  # policies, samples of a minibatch each
CHUNKS = 2000  # of each policy to draw from
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
    """One gradient step of `count` such policies, minibatches and random numbers drawn."""
    policies = [copy.deepcopy(policy) for _ in range(count)]
    torch.manual_seed(1)
    chunks = [random_batch(policy, CHUNKS) for _ in policies]
    method = MethodConfig(training=TrainingConfig(batch_size=size, history_noise=0), sobolev=sobolev)
    together = StackedTrainer(policies, method.training, sobolev, [STEPS] * count, device)
    native = [NativeTrainer(each, method.training, sobolev, STEPS) for each in policies]
    generators = [[torch.Generator().manual_seed(seed) for seed in range(count)] for _ in range(2)]
    stacked, alone = (
        [draw_steps(policy, method, STEPS, CHUNKS, 1, TANGENT_DIM, each) for each in group]
        for group in generators
    )
    minibatches = StackedMinibatches(chunks, stacked, device)

    def one_step() -> None:
        together.step(*minibatches.next(together.running))
        if device == "cuda":
            torch.cuda.synchronize()

    def one_after_the_other() -> None:
        for trainer, every, draws in zip(native, chunks, alone, strict=True):
            each = next(draws)
            trainer.step(minibatch(every, each.index, each.blur), each.draws)

    return Comparison(
        f"{count} policies together, {name}",
        "the native kernels, one after the other",
        one_step,
        one_after_the_other,
        clock="wall",
    )
