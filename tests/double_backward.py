"""The oracle of the trainers: the losses by PyTorch's own derivatives, the gradient by double backward."""

import torch
from torch import Tensor

from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.training import losses
from sobolev_diffusion.training.gradient_step import step_weight


def gradients(policy, sobolev, batch, draws):
    """Losses (plain, Sobolev term) and the gradient of their weighted sum by parameter name."""
    plain, term = _losses(policy, sobolev, batch, draws)
    total = plain + (sobolev.weight if sobolev else 0.0) * term
    parameters = dict(policy.network.named_parameters())
    found = torch.autograd.grad(total, list(parameters.values()))
    return (plain.item(), term.item()), dict(zip(parameters, found, strict=True))


def _losses(policy, sobolev, batch, draws):
    target = batch.chunk
    if isinstance(policy, DiffusionPolicy):
        tau = policy.noised(batch.chunk, draws.step, draws.noise)
        if policy.config.predict == "noise":
            target = draws.noise

    def output(observation: Tensor) -> Tensor:
        if isinstance(policy, DiffusionPolicy):
            return policy.network(tau, draws.step, observation)
        return policy.network(observation)[:, None]

    def predicted(observation: Tensor) -> Tensor:
        if not isinstance(policy, DiffusionPolicy):
            return output(observation)
        if sobolev.through == "chain":
            return policy.predict_normalised(observation, batch.chunk[:, : policy.history], draws.chain)
        return policy.clean(tau, draws.step, output(observation))

    plain = losses.plain(output(batch.observation), target)
    if sobolev is None:
        return plain, torch.zeros(())
    term = {"output": along_outputs, "state": along_states, "full": whole}[sobolev.estimator]
    weight = batch.sobolev_weight * step_weight(policy, sobolev, draws.step)
    return plain, (weight * term(predicted, batch, draws.projections)).mean()


def along_outputs(predicted, batch, projections):
    """Mean over v of || v^T (D - J) ||^2, (B,)."""
    observation = batch.observation.clone().requires_grad_(True)
    prediction = predicted(observation)
    squares = []
    for v in projections:
        (gradient,) = torch.autograd.grad((prediction * v).sum(), observation, create_graph=True)
        projected = torch.einsum("bo,box->bx", gradient, batch.observation_jacobian)
        target = torch.einsum("bta,btax->bx", v, batch.chunk_jacobian)
        squares.append(((projected - target) ** 2).sum(dim=1))
    return torch.stack(squares).mean(dim=0)


def along_states(predicted, batch, directions):
    """Mean over d of || (D - J) d ||^2 ndx / ((T_p - T_h) na), (B,)."""
    jacobian = batch.chunk_jacobian[:, batch.known :]
    squares = []
    for d in directions:
        along = torch.einsum("box,bx->bo", batch.observation_jacobian, d)
        _, tangent = torch.func.jvp(predicted, (batch.observation,), (along,))
        target = torch.einsum("btax,bx->bta", jacobian, d)
        squares.append(((tangent[:, batch.known :] - target) ** 2).sum(dim=(1, 2)))
    return torch.stack(squares).mean(dim=0) * jacobian.shape[3] / jacobian[0, :, :, 0].numel()


def whole(predicted, batch, _):
    """|| D - J ||_F^2 / ((T_p - T_h) na), (B,)."""
    observation = batch.observation.clone().requires_grad_(True)
    rows = []
    for entry in predicted(observation)[:, batch.known :].flatten(1).unbind(dim=1):
        (gradient,) = torch.autograd.grad(entry.sum(), observation, create_graph=True)
        rows.append(torch.einsum("bo,box->bx", gradient, batch.observation_jacobian))
    difference = torch.stack(rows, dim=1) - batch.chunk_jacobian[:, batch.known :].flatten(1, 2)
    return (difference**2).sum(dim=(1, 2)) / len(rows)
