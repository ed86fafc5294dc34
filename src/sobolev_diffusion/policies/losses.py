"""The losses of the paper, on normalised minibatches. Plain PyTorch: the reference for every faster path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Predictor = Callable[[Tensor], Tensor]
"""o -> predicted chunk, everything else (tau_i, i) held fixed."""


@dataclass(frozen=True)
class Batch:
    """A minibatch, everything normalised, float32.

    Attributes:
        observation: o, (B, no).
        observation_jacobian: do/dx_t in tangent coordinates, (B, no, ndx).
        chunk: tau_0, (B, T_p, na).
        chunk_jacobian: J = d tau_0 / d x_t of equation (7), (B, T_p, na, ndx); zero on known entries.
        sobolev_weight: w, weight of each sample's first-order term, (B,).
        known: T_h, how many leading entries of the chunk are known; they have no first-order term.
    """

    observation: Tensor
    observation_jacobian: Tensor
    chunk: Tensor
    chunk_jacobian: Tensor
    sobolev_weight: Tensor
    known: int


def plain(prediction: Tensor, target: Tensor) -> Tensor:
    """Equation (6): mean over batch and entries of the squared error."""
    return torch.mean((prediction - target) ** 2)


def sobolev_output(predict: Predictor, batch: Batch, projections: Tensor) -> tuple[Tensor, Tensor]:
    """Prediction and the stochastic first-order term of (9) and (11), the paper's estimator.

    mean over batch and projections v of  w || v^T (D - J) ||^2,  D = (d predict / d o) (d o / d x_t).

    Args:
        predict: o -> chunk.
        batch: the minibatch.
        projections: unit vectors v in the space of chunks, zero on known entries, (N_proj, B, T_p, na).
    """
    observation = batch.observation.detach().requires_grad_(True)
    prediction = predict(observation)
    term = prediction.new_zeros(())
    for v in projections:
        (gradient,) = torch.autograd.grad((prediction * v).sum(), observation, create_graph=True)
        projected = torch.einsum("bo,box->bx", gradient, batch.observation_jacobian)
        target = torch.einsum("bta,btax->bx", v, batch.chunk_jacobian)
        term = term + torch.mean(batch.sobolev_weight * ((projected - target) ** 2).sum(dim=1))
    return prediction, term / len(projections)


def sobolev_state(predict: Predictor, batch: Batch, directions: Tensor) -> tuple[Tensor, Tensor]:
    """The same term estimated with random unit directions d in the tangent space of the state.

    mean over batch and directions of  w ndx / ((T_p - T_h) na) || (D - J) d ||^2: scaled so that its
    expectation is that of `sobolev_output`, and one weight lambda serves both.

    Args:
        directions: unit vectors d, (N_proj, B, ndx).
    """
    jacobian = batch.chunk_jacobian[:, batch.known :]
    _, horizon, action_dim, tangent_dim = jacobian.shape
    scale = tangent_dim / (horizon * action_dim)
    prediction = batch.chunk  # replaced below: there is at least one direction
    term = batch.chunk.new_zeros(())
    for d in directions:
        along = torch.einsum("box,bx->bo", batch.observation_jacobian, d)
        prediction, tangent = torch.func.jvp(predict, (batch.observation,), (along,))
        target = torch.einsum("btax,bx->bta", jacobian, d)
        error = (tangent[:, batch.known :] - target) ** 2
        term = term + torch.mean(batch.sobolev_weight * error.sum(dim=(1, 2)))
    return prediction, scale * term / len(directions)


def sobolev_full(predict: Predictor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Prediction and the full term of (8): w || D - J ||_F^2 / ((T_p - T_h) na), mean over the batch.

    The division makes it the expectation of `sobolev_output` over v.
    """
    observation = batch.observation.detach().requires_grad_(True)
    prediction = predict(observation)
    rows = []
    for entry in prediction[:, batch.known :].flatten(1).unbind(dim=1):
        (gradient,) = torch.autograd.grad(entry.sum(), observation, create_graph=True)
        rows.append(torch.einsum("bo,box->bx", gradient, batch.observation_jacobian))
    difference = torch.stack(rows, dim=1) - batch.chunk_jacobian[:, batch.known :].flatten(1, 2)
    squared = (difference**2).sum(dim=(1, 2)) / len(rows)
    return prediction, torch.mean(batch.sobolev_weight * squared)
