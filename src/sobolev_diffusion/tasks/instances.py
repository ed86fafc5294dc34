"""Instances of a task: each drawn from a random stream of its own, and which are near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sobolev_diffusion.tasks.random_streams import stream

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Array, Task

TRAINING, EVALUATION = "training instance", "evaluation instance"


def instance(task: Task, purpose: str, seed: int, number: int) -> Array:
    """theta of one instance: depends on (task, purpose, seed, number) alone."""
    return task.sample(stream(purpose, task.name, seed, number))


def evaluation_thetas(task: Task, seed: int, instances: int) -> list[Array]:
    """theta of the evaluation instances of a seed."""
    return [instance(task, EVALUATION, seed, number) for number in range(instances)]


def evaluation_noise(task: Task, seed: int, number: int) -> np.random.Generator:
    """The generator of the diffusion's noise on an evaluation instance of a seed."""
    return stream("evaluation noise", task.name, seed, number)


def nearest_first(points: Array, queries: Array) -> np.ndarray:
    """The points in order of their distance from each query, each parameter in units of its spread.

    Args:
        points: task parameters theta, (n, n_theta).
        queries: (m, n_theta).

    Returns:
        Indices into `points`, (m, n); of equally near ones the first comes first.
    """
    spread = points.std(axis=0)
    scale = np.where(spread > 1e-9, spread, 1.0)
    distance = np.linalg.norm((queries[:, None] - points[None]) / scale, axis=2)
    return np.argsort(distance, axis=1, kind="stable")
