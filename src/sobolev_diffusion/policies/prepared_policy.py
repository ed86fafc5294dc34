"""A policy for many predictions: what does not change between them is looked at once.

Weights and statistics are tensors; to ask PyTorch for them takes half as long as the kernels.
"""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.policies.affine import AffineMap
from sobolev_diffusion.policies.native_kernels import Predictor
from sobolev_diffusion.policies.normaliser import Scaling


class PreparedPolicy:
    """`ChunkPolicy.predict` with weights and statistics as they were when this was made.

    Args:
        predictor: of normalised chunks.
        observation, action: how they are normalised.
        affine: what is predicted besides the predictor's chunk, if anything.
        sizes: no, T_h, na.
        noise_shape: of the standard normal numbers that one prediction consumes.
    """

    def __init__(
        self,
        predictor: Predictor,
        observation: Scaling[np.ndarray],
        action: Scaling[np.ndarray],
        affine: AffineMap | None,
        sizes: tuple[int, int, int],
        noise_shape: tuple[int, ...],
    ) -> None:
        self._predictor, self._affine = predictor, affine
        self._observation, self._action = observation, action
        self._observation_dim, self.history, self._action_dim = sizes
        self.noise_shape = noise_shape

    def predict(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """See `ChunkPolicy.predict`."""
        self._check(observation, history, noise)
        known = self.history
        normalised = self._observation.forward(observation)
        affine = None if self._affine is None else self._affine(normalised)
        if affine is not None:
            history = history - affine[:, :known]
        chunk = self._predictor.predict(
            np.ascontiguousarray(normalised, np.float32),
            np.ascontiguousarray(self._action.forward(history), np.float32),
            np.ascontiguousarray(noise, np.float32),
        )
        actions = self._action.inverse(chunk[:, known:].astype(np.float64))
        if affine is not None:
            actions += affine[:, known:]
        if not np.isfinite(actions).all():
            raise ValueError("the policy predicted NaN or infinite actions; it was not trained well")
        return actions

    def _check(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> None:
        batch = len(observation)
        for name, array, shape in (
            ("observation", observation, (batch, self._observation_dim)),
            ("history", history, (batch, self.history, self._action_dim)),
            ("noise", noise, (batch, *self.noise_shape)),
        ):
            if array.shape != shape:
                raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
