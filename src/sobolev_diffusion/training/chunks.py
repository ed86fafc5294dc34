"""Demonstrations -> normalised chunks with first-order targets, as tensors in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sobolev_diffusion.config import SobolevConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.normaliser import scales
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.training.first_order_targets import action_sensitivities, parameter_sensitivities
from sobolev_diffusion.training.losses import Batch

BLOCK = 1024
"""Samples of which a copy is made at a time."""


@dataclass(frozen=True)
class Chunks:
    """Every chunk of a set of demonstrations, in the task's units; n chunks from all trajectories.

    Derivatives are by z = x_t in the tangent space at x_t, and where first-order information in the
    parameters is asked for by z = (x_t, p): n_z = ndx, or ndx + n_p.

    Attributes:
        observation: o_t, (n, no).
        observation_jacobian: do/dz, (n, no, n_z).
        chunk: a_{t-T_h+1} .. a_{t-T_h+T_p}, (n, T_p, na).
        chunk_jacobian: equation (7), (n, T_p, na, n_z); zero on the T_h known entries.
        state: tangent coordinates of x_t and p, (n, n_z); their spread scales z.
        pairs: number of state-action pairs |D| of the demonstrations.
    """

    observation: np.ndarray
    observation_jacobian: np.ndarray
    chunk: np.ndarray
    chunk_jacobian: np.ndarray
    state: np.ndarray
    pairs: int


def cut(
    task: Task, demonstrations: Demonstrations, history: int, length: int, parameters: bool = False
) -> Chunks:
    """Cut every trajectory into chunks of `history` known and `length` coming actions.

    Args:
        task: maps states to observations and actions.
        demonstrations: what to cut.
        history, length: T_h and T_p - T_h.
        parameters: whether there are derivatives by the task's parameters too.

    Raises:
        ValueError: there is no demonstration, they are of another task or shorter than a chunk, or have no
            gains in the parameters.
    """
    shape, wanted = demonstrations.xs.shape[1:], (task.horizon + 1, task.space.nx)
    if len(demonstrations) and shape != wanted:
        raise ValueError(
            f"{task.name}: demonstrations of another task: their states (T+1, nx) are {shape}, not {wanted}"
        )
    if length > task.horizon:
        raise ValueError(
            f"{task.name}: chunks of {length} coming actions are longer than its {task.horizon} steps; lower "
            "policy.prediction_horizon"
        )
    in_parameters = demonstrations.gains_in_parameters(task) if parameters else None
    by_run = [None] * len(demonstrations) if in_parameters is None else in_parameters
    whole: list[np.ndarray] = []  # filled run by run: of many runs it is gigabytes, once
    for index, each in enumerate(by_run):
        parts = _cut_one(task, demonstrations, index, history, length, each)
        if not whole:
            whole = [np.empty((len(by_run), *part.shape), part.dtype) for part in parts]
        for array, part in zip(whole, parts, strict=True):
            array[index] = part
    if not whole:
        raise ValueError(f"{task.name}: no demonstration to learn from: the solver converged on none")
    observation, observation_jacobian, chunk, chunk_jacobian, state = (
        array.reshape(-1, *array.shape[2:]) for array in whole
    )
    return Chunks(
        observation,
        observation_jacobian,
        chunk,
        chunk_jacobian,
        state,
        pairs=len(demonstrations) * task.horizon,
    )


def _cut_one(
    task: Task,
    demonstrations: Demonstrations,
    index: int,
    history: int,
    length: int,
    in_parameters: np.ndarray | None,
) -> tuple[np.ndarray, ...]:
    d = demonstrations
    xs, us, theta = d.xs[index], d.us[index], d.theta[index]
    jacobians = [task.action_jacobians(x, u) for x, u in zip(xs[1:], us, strict=True)]
    action_x, action_u = (np.stack(parts) for parts in zip(*jacobians, strict=True))
    linear = d.gains[index], d.A[index], d.B[index]
    targets = action_sensitivities(*linear, action_x, action_u, length)
    starts = len(targets)
    observation_jacobian = np.stack([task.observe_jacobian(x, theta) for x in xs[:starts]])
    coordinates = task.coordinates_of(xs[:starts])
    if in_parameters is not None:
        by_p = parameter_sensitivities(*linear, in_parameters, action_x, action_u, length)
        targets = np.concatenate([targets, by_p], axis=3)
        seen = np.stack([task.observe_parameter_jacobian(x, theta) for x in xs[:starts]])
        observation_jacobian = np.concatenate([observation_jacobian, seen], axis=2)
        p = np.repeat(theta[task.parameters][None], starts, axis=0)
        coordinates = np.concatenate([coordinates, p], axis=1)
    coming = task.actions(xs[1:], us)
    # a_0 stands in for what came before the first step
    padded = np.concatenate([np.repeat(task.first_action(theta)[None], max(history, 1), axis=0), coming])
    first = max(history, 1) - history  # index in `padded` of the first entry of the chunk at t = 0
    chunk = np.stack([padded[first + t : first + t + history + length] for t in range(starts)])
    known = np.zeros((starts, history, *targets.shape[2:]))
    of_the_clock = np.zeros((starts, len(task.clock(0)), observation_jacobian.shape[2]))
    return (
        task.observations_at(range(starts), xs[:starts], np.repeat(theta[None], starts, axis=0)),
        np.concatenate([observation_jacobian, of_the_clock], axis=1),
        chunk,
        np.concatenate([known, targets], axis=1),
        coordinates,
    )


@dataclass(frozen=True)
class TrainingSet:
    """Normalised chunks as float32 tensors.

    The chain rule of the normalisation, with action scale s_a, observation scale s_o, and the coordinates z
    of `Chunks` measured in units of their spread s_z:

        do~/dz~ = (do/dz) s_z / s_o,     J~ = J s_z / s_a.

    Where the policy has an affine part b + W o~, chunk and J are what is left: tau_0 - b - W o~ and
    J s_z - W do~/dz~, over s_a.
    """

    everything: Batch
    pairs: int

    def __len__(self) -> int:
        return len(self.everything.chunk)


def prepare(
    task: Task,
    demonstrations: Demonstrations,
    policy: ChunkPolicy,
    sobolev: SobolevConfig | None,
    fit: bool = True,
) -> TrainingSet:
    """Cut, fit the policy's normalisers and its affine part, normalise.

    Args:
        task: maps states to observations and actions.
        demonstrations: converged runs.
        policy: its normalisers and its affine part are fitted here.
        sobolev: how to weigh the first-order term of each sample.
        fit: False leaves both as they are.
    """
    parameters = sobolev is not None and sobolev.parameters
    chunks = cut(task, demonstrations, policy.history, policy.max_action_length, parameters)
    known, floor = policy.history, policy.config.scale_floor
    if fit:
        policy.normalise_observation.fit(chunks.observation, floor)
    observation = policy.normalise_observation(chunks.observation)
    state_scale = scales(chunks.state)
    observation_scale = policy.normalise_observation.scale.numpy()
    observation_jacobian = chunks.observation_jacobian * state_scale / observation_scale[:, None]
    # by far the largest array: of a robot of 34 degrees of freedom gigabytes, so it is changed in place
    chunk, jacobian = chunks.chunk, chunks.chunk_jacobian
    jacobian *= state_scale
    if policy.affine is not None:
        if fit:
            spread = scales(chunk[:, known:])
            weight = _sample_weight(jacobian, sobolev, spread) * (sobolev.weight if sobolev else 0.0)
            policy.affine.fit(observation, chunk, observation_jacobian, jacobian, known, weight)
        chunk = chunk - policy.affine(observation)
        for block in _blocks(len(jacobian)):
            jacobian[block] -= policy.affine.along(observation_jacobian[block])
        jacobian[:, :known] = 0.0
    if fit:
        policy.normalise_action.fit(chunk[:, known:], floor)
    jacobian /= policy.normalise_action.scale.numpy()[:, None]
    return TrainingSet(
        Batch(
            observation=_tensor(observation),
            observation_jacobian=_tensor(observation_jacobian),
            chunk=_tensor(policy.normalise_action(chunk)),
            chunk_jacobian=_tensor(jacobian),
            sobolev_weight=_tensor(_sample_weight(jacobian, sobolev)),
            known=known,
        ),
        chunks.pairs,
    )


def _sample_weight(
    jacobian: np.ndarray, sobolev: SobolevConfig | None, scale: np.ndarray | None = None
) -> np.ndarray:
    """w of each sample's first-order term, (n,); of derivatives over the scale of the actions, if given."""
    if sobolev is None or sobolev.norm_scale is None:
        return np.ones(len(jacobian))
    norm = np.empty(len(jacobian))
    for block in _blocks(len(jacobian)):
        some = jacobian[block] if scale is None else jacobian[block] / scale[:, None]
        norm[block] = np.linalg.norm(some.reshape(len(some), -1), axis=1)
    return 1 / (1 + (norm / sobolev.norm_scale) ** 2)


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, n, BLOCK))


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
