"""One gradient step: native kernels against an eager plain step in PyTorch."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch

from benchmarks.comparison import Comparison, Work
from benchmarks.policies import TANGENT_DIM, diffusion_policy, direct_policy, random_batch
from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.instruction_sets import instruction_sets
from sobolev_diffusion.policies import ChunkPolicy
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.native_trainer import NativeTrainer
from sobolev_diffusion.training.torch_trainer import TorchTrainer

SOBOLEV = SobolevConfig()
STATE = SobolevConfig(estimator="state")
BARS = {"plain": 0.35, "Sobolev": 0.7}  # at batch 256, of an eager plain step
STEPS = 10**9  # of the schedule: the learning rate stays


def comparisons() -> Iterator[Comparison]:
    for policy, label in ((diffusion_policy(), "U-Net"), (direct_policy(), "perceptron")):
        for size in (256, 64):
            eager = _step(policy, size, None, "torch")
            share = f"an eager plain step, {label}, batch {size}"
            yield Comparison(
                f"Sobolev step in PyTorch, {label}, batch {size}",
                share,
                _step(policy, size, SOBOLEV, "torch"),
                eager,
                sense="share",
            )
            sets = instruction_sets() if size == 256 and label == "U-Net" else instruction_sets()[:1]
            for name in sets:
                for loss, sobolev in (
                    ("plain", None),
                    ("Sobolev", SOBOLEV),
                    ("Sobolev, state direction", STATE),
                ):
                    asked = name != "portable" and size == 256 and label == "U-Net"
                    yield Comparison(
                        f"{loss} step, {label}, batch {size}, {name}",
                        share,
                        _step(policy, size, sobolev, name),
                        eager,
                        BARS.get(loss) if asked else None,
                        sense="share",
                    )


def _step(policy: ChunkPolicy, size: int, sobolev: SobolevConfig | None, engine: str) -> Work:
    """One gradient step on a fixed minibatch; the engine is "torch" or an instruction set."""
    trained = copy.deepcopy(policy)
    torch.manual_seed(1)
    batch = random_batch(policy, size)
    draws = draw(policy, size, TANGENT_DIM, sobolev, torch.Generator().manual_seed(2))
    config = TrainingConfig()
    if engine == "torch":
        trainer: TorchTrainer | NativeTrainer = TorchTrainer(trained, config, sobolev, STEPS)
    else:
        trainer = NativeTrainer(trained, config, sobolev, STEPS, engine)
    return lambda: trainer.step(batch, draws)
