"""Trainings side by side: two processes of one thread each against one after the other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection

import torch

from benchmarks.comparison import Comparison
from benchmarks.policies import TANGENT_DIM, diffusion_policy, random_batch
from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.native_trainer import NativeTrainer

BAR = 1.8
STEPS = 30  # of each job in one repetition


def comparisons() -> Iterator[Comparison]:
    context = multiprocessing.get_context("spawn")
    pipes = []
    for _ in range(2):
        ours, theirs = context.Pipe()
        context.Process(target=train_on_demand, args=(theirs,), daemon=True).start()
        pipes.append(ours)

    def run(jobs: list[Connection]) -> None:
        for pipe in jobs:
            pipe.send(STEPS)
        for pipe in jobs:
            pipe.recv()

    def one_after_the_other() -> None:
        run(pipes[:1])
        run(pipes[:1])

    yield Comparison(
        "two Sobolev trainings side by side, batch 64",
        "one after the other",
        lambda: run(pipes),
        one_after_the_other,
        BAR,
        clock="wall",
    )
    for pipe in pipes:
        pipe.send(0)


def train_on_demand(pipe: Connection) -> None:
    """A process that takes as many gradient steps as it is told, until told 0."""
    torch.set_num_threads(1)
    policy, sobolev = diffusion_policy(), SobolevConfig()
    batch = random_batch(policy, 64)
    draws = draw(policy, 64, TANGENT_DIM, sobolev, torch.Generator().manual_seed(0))
    trainer = NativeTrainer(policy, TrainingConfig(), sobolev, 10**9)
    while steps := pipe.recv():
        for _ in range(steps):
            trainer.step(batch, draws)
        pipe.send(None)
