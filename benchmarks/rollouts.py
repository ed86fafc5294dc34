"""A whole rollout of the double pendulum, T = 300, T_a = 1: policy, dynamics and maps to and from actions."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator

import torch

from benchmarks.comparison import Comparison
from benchmarks.inference import ddpm_scheduler, sample_with_diffusers
from sobolev_diffusion.config import PolicyConfig, TaskConfig
from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.rollout import roll_out

BARS = {1: 60.0, 50: 7.0}  # asked of a rollout, by the number of instances
SECONDS = 0.15  # asked of one instance


def comparisons() -> Iterator[Comparison]:
    task = make_task("double_pendulum", TaskConfig())
    torch.manual_seed(0)
    policy = make_policy(task, PolicyConfig()).eval()
    eager = with_diffusers(policy)
    thetas = [task.sample(stream("benchmark", number)) for number in range(max(BARS))]

    def rollout(policy: DiffusionPolicy, size: int) -> Callable[[], None]:
        def work() -> None:
            roll_out(task, policy, thetas[:size], 1, [stream("noise", number) for number in range(size)])

        return work

    for size, bar in BARS.items():
        yield Comparison(
            f"rollout of the double pendulum, T 300, T_a 1, instances at once: {size}",
            "the same with eager PyTorch and diffusers' DDPMScheduler",
            rollout(policy, size),
            rollout(eager, size),
            bar,
        )
    yield Comparison(
        "rollout of the double pendulum, T 300, T_a 1, one instance, in seconds",
        f"{SECONDS} s",
        lambda: processor_seconds(rollout(policy, 1)),
        lambda: SECONDS,
        1.0,
        sense="share",
        clock="own",
    )


def with_diffusers(policy: DiffusionPolicy) -> DiffusionPolicy:
    """A copy that predicts as Diffusion Policy's own code does."""
    eager = copy.deepcopy(policy)
    eager.engine = "torch"
    scheduler = ddpm_scheduler(policy.schedule.steps)
    eager.predict_normalised = lambda *inputs: sample_with_diffusers(eager, scheduler, *inputs)
    return eager


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
