"""The losses of the paper, on normalised minibatches, in plain PyTorch; no gradient of a gradient in them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sobolev_diffusion.policies.tangents import Linearised, Transpose, transpose


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


def sobolev_output(
    linearise: Linearised, batch: Batch, projections: Tensor, transpose: Transpose = transpose
) -> tuple[Tensor, Tensor]:
    """Prediction and the stochastic first-order term of (9) and (11), the paper's estimator.

    mean over batch and projections v of  w || r ||^2,  r = (D - J)^T v,  D = (d predict / d o) (d o / d x_t).

    D^T v takes a reverse pass. Its derivative by the weights would take another through that one; but with r
    held fixed, the gradient of || r ||^2 is that of 2 v^T (D r), where D r is a tangent.

    Args:
        linearise: o -> predicted chunk and its tangents; all else (tau_i, i) held fixed.
        batch: the minibatch.
        projections: unit vectors v in the space of chunks, zero on known entries, (N_proj, B, T_p, na).
        transpose: how to get D^T v.
    """
    prediction, tangents, cotangents = transpose(linearise, batch.observation)
    term = prediction.new_zeros(())
    for v in projections:
        projected = torch.einsum("bo,box->bx", cotangents(v), batch.observation_jacobian)
        r = projected - torch.einsum("bta,btax->bx", v, batch.chunk_jacobian)
        tangent = tangents(torch.einsum("box,bx->bo", batch.observation_jacobian, r))
        slope = 2 * torch.mean(batch.sobolev_weight * (v * tangent).sum(dim=(1, 2)))
        value = torch.mean(batch.sobolev_weight * (r**2).sum(dim=1))
        term = term + value + (slope - slope.detach())
    return prediction, term / len(projections)


def sobolev_state(linearise: Linearised, batch: Batch, directions: Tensor) -> tuple[Tensor, Tensor]:
    """The same term estimated with random unit directions d in the tangent space of the state.

    mean over batch and directions of  w ndx / ((T_p - T_h) na) || (D - J) d ||^2: scaled so that its
    expectation is that of `sobolev_output`, and one weight lambda serves both.

    Args:
        directions: unit vectors d, (N_proj, B, ndx).
    """
    jacobian = batch.chunk_jacobian[:, batch.known :]
    _, horizon, action_dim, tangent_dim = jacobian.shape
    scale = tangent_dim / (horizon * action_dim)
    prediction, tangents = linearise(batch.observation)
    term = prediction.new_zeros(())
    for d in directions:
        tangent = tangents(torch.einsum("box,bx->bo", batch.observation_jacobian, d))
        target = torch.einsum("btax,bx->bta", jacobian, d)
        error = (tangent[:, batch.known :] - target) ** 2
        term = term + torch.mean(batch.sobolev_weight * error.sum(dim=(1, 2)))
    return prediction, scale * term / len(directions)


def sobolev_full(linearise: Linearised, batch: Batch) -> tuple[Tensor, Tensor]:
    """Prediction and the full term of (8): w || D - J ||_F^2 / ((T_p - T_h) na), mean over the batch.

    The division makes it the expectation of `sobolev_output` over v. It is `sobolev_state` along every
    coordinate of the state.
    """
    size, tangent_dim = len(batch.observation), batch.chunk_jacobian.shape[-1]
    coordinates = torch.eye(tangent_dim, dtype=batch.observation.dtype, device=batch.observation.device)
    return sobolev_state(linearise, batch, coordinates[:, None].expand(-1, size, -1))
