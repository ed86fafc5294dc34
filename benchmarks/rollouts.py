"""Whole rollouts: policy, dynamics and maps to and from actions.

The double pendulum, T = 300, T_a = 1, against others' code; the UR5, T = 100, against its predictions alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch

from benchmarks.comparison import Comparison, against_seconds
from benchmarks.inference import ddpm_scheduler, sample_with_diffusers
from benchmarks.trained import FROZEN
from sobolev_diffusion.config import PolicyConfig, TaskConfig
from sobolev_diffusion.experiment.stamps import read_stamp
from sobolev_diffusion.policies import ChunkPolicy, Policy, make_policy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import make_task, task_from_settings
from sobolev_diffusion.warm_start.rollout import roll_out

BARS = {1: 60.0, 50: 7.0}  # asked of a rollout, by the number of instances
SECONDS = 0.15  # asked of one instance
ARM, ARM_BAR = "ur5_small_random", 1.5  # a trained policy of this task; rollout over its predictions alone


def comparisons() -> Iterator[Comparison]:
    task = make_task("double_pendulum", TaskConfig())
    torch.manual_seed(0)
    policy = make_policy(task, PolicyConfig()).eval()
    assert isinstance(policy, DiffusionPolicy)
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
    name = "rollout of the double pendulum, T 300, T_a 1, one instance, in seconds"
    yield against_seconds(name, rollout(policy, 1), SECONDS, f"{SECONDS} s")
    yield from of_the_arm()


def of_the_arm() -> Iterator[Comparison]:
    """Rollouts of a trained policy over its predictions alone, the noise drawn for them included."""
    task, policy = trained_on(ARM, epochs=400)
    for size in (1, 8):
        thetas = [task.sample(stream("benchmark", number)) for number in range(size)]
        for length in (8, 15):
            generators = [stream("noise", number) for number in range(size)]
            inputs = inputs_of(task, policy, thetas)
            predictions = -(-task.horizon // length)
            rollout = partial(roll_out, task, policy, thetas, length, generators)
            alone = partial(_predict, policy, inputs, generators, predictions)
            name = f"rollout of the UR5, T 100, T_a {length}, instances at once: {size}"
            yield Comparison(name, "its predictions alone", rollout, alone, ARM_BAR, sense="share")


def _predict(
    policy: ChunkPolicy,
    inputs: tuple[np.ndarray, np.ndarray],
    generators: list[np.random.Generator],
    times: int,
) -> None:
    """As many predictions, the noise drawn for each."""
    for _ in range(times):
        noise = np.stack([rng.standard_normal(policy.noise_shape, dtype=np.float32) for rng in generators])
        policy.predict(*inputs, noise)


def trained_on(name: str, epochs: int) -> tuple[Task, ChunkPolicy]:
    """A task, and the frozen Sob+Diff policy of it with gains in the parameters, of so many epochs.

    Raises:
        FileNotFoundError: none is kept, or several are.
    """
    found = []
    for path in sorted(FROZEN.glob("*.safetensors")):
        settings = read_stamp(path)["settings"]
        method = settings["method"]
        first_order = method.get("sobolev") or {}
        if (
            settings["task"]["name"] == name
            and method["policy"]["kind"] == "diffusion"
            and first_order.get("parameters")
            and settings["epochs"] == epochs
        ):
            found.append((task_from_settings(settings["task"]), path))
    if len(found) != 1:
        raise FileNotFoundError(f"{len(found)} policies of {name}, {epochs} epochs, in {FROZEN}, not one")
    task, path = found[0]
    policy = Policy.load(path)
    assert isinstance(policy, ChunkPolicy)
    return task, policy


def inputs_of(task: Task, policy: ChunkPolicy, thetas: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Observations and histories at the start."""
    observation = np.stack([task.observe(task.initial_state(theta), theta) for theta in thetas])
    history = np.stack(
        [np.repeat(task.first_action(theta)[None], policy.history, axis=0) for theta in thetas]
    )
    return observation, history


def with_diffusers(policy: DiffusionPolicy) -> DiffusionPolicy:
    """A copy that predicts as Diffusion Policy's own code does."""
    eager = copy.deepcopy(policy)
    eager.engine = "torch"
    scheduler = ddpm_scheduler(policy.denoising_steps)
    sampled = partial(sample_with_diffusers, eager, scheduler)
    eager.predict_normalised = sampled  # type: ignore[method-assign]
    return eager
