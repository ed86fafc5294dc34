"""Policies that were trained: what their rollouts cost with the native kernels and with PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.comparison import Line
from sobolev_diffusion.experiment.cache import CACHE
from sobolev_diffusion.experiment.stamps import read_stamp
from sobolev_diffusion.policies import ChunkPolicy, Policy
from sobolev_diffusion.policies.prediction_engine import Engine
from sobolev_diffusion.solver.solve import value_of
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.instances import evaluation_thetas
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.registry import task_from_settings
from sobolev_diffusion.warm_start.rollout import roll_out

FROZEN = Path(__file__).parents[1] / CACHE / "policies"
INSTANCES, ACTION_LENGTHS = 50, (1, 8)
TRAJECTORIES = 20  # of the policies taken


def comparisons() -> Iterator[Line]:
    """Costs of native rollouts over those of PyTorch's, instance by instance; their means in the name."""
    for path in sorted(FROZEN.glob("*.safetensors")):
        settings = read_stamp(path)["settings"]
        task, policy = task_from_settings(settings["task"]), Policy.load(path)
        if settings["instances"] != TRAJECTORIES or not isinstance(policy, ChunkPolicy):
            continue
        method = f"{policy.kind}, {'Sobolev' if settings['method']['sobolev'] else 'plain'}"
        for length in policy.config.applicable(ACTION_LENGTHS):
            native, eager = (costs(task, policy, engine, length) for engine in ("native", "torch"))
            ratios = native / eager
            yield Line(
                f"{task.name}, {method}, T_a = {length}: mean cost over {INSTANCES} instances "
                f"{native.mean():.6g}, PyTorch {eager.mean():.6g}",
                "cost of the same instance with PyTorch",
                "share",
                float(np.median(ratios)),
                float(ratios.min()),
                float(ratios.max()),
                bar=None,
                holds=None,
                milliseconds=None,
                baseline_milliseconds=None,
            )


def costs(task: Task, policy: ChunkPolicy, engine: Engine, action_length: int) -> np.ndarray:
    """Cost of each instance's rollout, (INSTANCES,)."""
    policy.engine = engine
    thetas = evaluation_thetas(task, 0, INSTANCES)
    generators = [stream("evaluation noise", task.name, 0, number) for number in range(INSTANCES)]
    rollouts = roll_out(task, policy, thetas, action_length, generators)
    return np.array(
        [
            value_of(task.problem(theta), xs, us).cost
            for theta, xs, us in zip(thetas, rollouts.xs, rollouts.us, strict=True)
        ]
    )
