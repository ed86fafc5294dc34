"""Tangents by hand: how a small change of a layer's input changes its output, in ordinary operations.

A module's `linearise` returns its output and the linear map from tangents of its inputs to tangents of its
output. Both are recorded by autograd, so that one reverse pass differentiates what was made of either;
values are shared between the two. PyTorch's own forward mode (torch.func.jvp) computes the same, but a
gradient step with it takes 1.6 times as long: its rules for GroupNorm and Mish are many small operations.

What holds for one network holds under torch.func.vmap for a stack of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

Tangents = Callable[[Tensor], Tensor]
"""Tangent of the input -> tangent of the output."""

Cotangents = Callable[[Tensor], Tensor]
"""Cotangent v of the output -> D^T v, that of the input, D the derivative; it carries no gradient."""

Linearised = Callable[[Tensor], tuple[Tensor, Tangents]]
"""Input -> output and its tangents."""

Transpose = Callable[[Linearised, Tensor], tuple[Tensor, Tangents, Cotangents]]
"""`Linearised` at an input, with its cotangents."""


def transpose(linearise: Linearised, x: Tensor) -> tuple[Tensor, Tangents, Cotangents]:
    """Output, tangents and cotangents, the last by a reverse pass through the graph of the output."""
    x = x.detach().requires_grad_(True)
    y, tangents = linearise(x)

    def cotangents(v: Tensor) -> Tensor:
        (gradient,) = torch.autograd.grad(y, x, v, retain_graph=True)
        return gradient

    return y, tangents, cotangents


def transpose_in_vmap(linearise: Linearised, x: Tensor) -> tuple[Tensor, Tangents, Cotangents]:
    """`transpose` inside torch.func.vmap, which allows no torch.autograd.grad; a fifth slower elsewhere."""
    passed: list[Tangents] = []

    def output(x: Tensor) -> Tensor:
        y, tangents = linearise(x)
        passed.append(tangents)
        return y

    # declared to have a third part, which it has for functions of two answers
    y, pullback = cast(tuple[Tensor, Callable[[Tensor], tuple[Tensor]]], torch.func.vjp(output, x))

    @torch.no_grad()
    def cotangents(v: Tensor) -> Tensor:
        (gradient,) = pullback(v)
        return gradient

    return y, passed[0], cotangents


def convolve(layer: nn.Conv1d | nn.ConvTranspose1d | nn.Identity, tangent: Tensor) -> Tensor:
    """The layer without its bias."""
    if isinstance(layer, nn.Conv1d):
        return functional.conv1d(tangent, layer.weight, None, layer.stride, layer.padding)
    if isinstance(layer, nn.ConvTranspose1d):
        assert not isinstance(layer.padding, str)  # PyTorch allows names for nn.Conv1d alone
        return functional.conv_transpose1d(tangent, layer.weight, None, layer.stride, layer.padding)
    return tangent


def group_norm(layer: nn.GroupNorm, x: Tensor) -> tuple[Tensor, Tangents]:
    """gamma z + beta with z = (x - mean) / deviation over each group; (B, channels, length).

    dy = gamma / deviation (dx - mean(dx) - z mean(z dx)).
    """
    shape = (len(x), layer.num_groups, -1)
    grouped = x.reshape(shape)
    variance, mean = torch.var_mean(grouped, dim=2, correction=0, keepdim=True)
    inverse = (variance + layer.eps).rsqrt()
    z = (grouped - mean) * inverse
    gamma = layer.weight[:, None]

    def tangents(dx: Tensor) -> Tensor:
        dx = dx.reshape(shape)
        dz = dx - dx.mean(dim=2, keepdim=True) - z * (z * dx).mean(dim=2, keepdim=True)
        return gamma * (inverse * dz).view(x.shape)

    return torch.addcmul(layer.bias[:, None], gamma, z.view(x.shape)), tangents


def mish(x: Tensor) -> tuple[Tensor, Tangents]:
    """x tanh(softplus(x))."""
    y, slope, _ = _Mish.apply(x)
    return y, lambda dx: slope * dx


class _Mish(torch.autograd.Function):
    """x -> mish(x) and mish'(x), and for `backward` mish''(x). With s = sigmoid(x), t = tanh(softplus(x)),
    w = s (1 - t^2) = dt/dx:

    mish = x t,   mish' = t + x w,   mish'' = w (2 + x (1 - s - 2 t s)).
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        s, t = torch.sigmoid(x), torch.tanh(functional.softplus(x))
        w = s * (1 - t * t)
        return x * t, torch.addcmul(t, x, w), w * (2 + x * (1 - s - 2 * t * s))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor, Tensor]) -> None:
        _, slope, bend = output
        ctx.mark_non_differentiable(bend)
        ctx.save_for_backward(slope, bend)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        slope, bend = ctx.saved_tensors
        of_value, of_slope, _ = gradients
        return torch.addcmul(of_value * slope, of_slope, bend)
