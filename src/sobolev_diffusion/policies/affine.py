"""The affine part of a policy: what a constant linear feedback explains of the chunks, by least squares."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sobolev_diffusion.policies.normaliser import Fitted

RIDGE = 1e-3  # directions of the observation that the demonstrations leave open get no weight


class AffineMap:
    """b + W o with these W (no, T_p, na) and b (T_p, na)."""

    __slots__ = ("_bias", "_weight")

    def __init__(self, weight: np.ndarray, bias: np.ndarray) -> None:
        self._weight, self._bias = weight.reshape(len(weight), -1), bias

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        """(B, no) -> (B, T_p, na)."""
        return np.dot(observation, self._weight).reshape(-1, *self._bias.shape) + self._bias


class AffinePart(Fitted):
    """tau_0 = b + W o + what the network adds, o the normalised observation. Buffers in float64.

    An optimal policy is near x_t an affine one, its slope the gains: a network that need not learn the
    identity from the state to the coming states, say, needs far fewer demonstrations and gradient steps.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, observation_dim: int, prediction_horizon: int, action_dim: int) -> None:
        super().__init__()
        chunk = (prediction_horizon, action_dim)
        self.register_buffer("weight", torch.zeros(observation_dim, *chunk, dtype=torch.float64))
        self.register_buffer("bias", torch.zeros(*chunk, dtype=torch.float64))

    def fit(
        self,
        observation: np.ndarray,
        chunk: np.ndarray,
        observation_jacobian: np.ndarray,
        chunk_jacobian: np.ndarray,
        known: int,
        first_order: np.ndarray,
    ) -> None:
        """Minimise the mean of  || tau_0 - b - W o ||^2 + l || J - W do/dx ||_F^2 + RIDGE || W ||^2.

        The squared errors of equation (6) and the first-order ones of (8), for a policy that is affine. Each
        entry of a chunk is a regression of its own; the known ones have no first-order term.

        Args:
            observation: o, normalised, (n, no).
            chunk: tau_0, (n, T_p, na).
            observation_jacobian: do/dx, (n, no, ndx).
            chunk_jacobian: J, (n, T_p, na, ndx).
            known: T_h.
            first_order: l, the weight of each sample's first-order term, (n,).
        """
        n = len(observation)
        center = observation.mean(axis=0)
        mean = chunk.mean(axis=0)
        o = observation - center
        gram = o.T @ o / n + RIDGE * np.eye(len(center))
        moment = np.tensordot(o, chunk - mean, axes=(0, 0)) / n
        weighted = observation_jacobian * first_order[:, None, None]
        gram_coming = gram + np.tensordot(weighted, observation_jacobian, axes=((0, 2), (0, 2))) / n
        coming = (
            moment[:, known:] + np.tensordot(weighted, chunk_jacobian[:, known:], axes=((0, 2), (0, 3))) / n
        )
        weight = np.concatenate([_solve(gram, moment[:, :known]), _solve(gram_coming, coming)], axis=1)
        self.weight.copy_(torch.from_numpy(weight))
        self.bias.copy_(torch.from_numpy(mean - np.tensordot(center, weight, axes=1)))

    def forward(self, observation: np.ndarray) -> np.ndarray:
        """b + W o, (B, no) -> (B, T_p, na)."""
        return self.map()(observation)

    def map(self) -> AffineMap:
        """It as it is now."""
        return AffineMap(self._array("weight"), self._array("bias"))

    def along(self, observation_jacobian: np.ndarray) -> np.ndarray:
        """W do/dx, (B, no, ndx) -> (B, T_p, na, ndx)."""
        return np.einsum("box,ota->btax", observation_jacobian, self._array("weight"), optimize=True)


def _solve(gram: np.ndarray, moment: np.ndarray) -> np.ndarray:
    return np.linalg.solve(gram, moment.reshape(len(gram), -1)).reshape(moment.shape)
