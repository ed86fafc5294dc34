"""The conditional 1D U-Net of Janner et al. and Diffusion Policy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sobolev_diffusion.policies.tangents import Tangents, convolve, group_norm, mish


class StepEmbedding(nn.Sequential):
    """Embed the diffusion step i: sinusoids, then a two-layer perceptron. (B,) -> (B, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__(Sinusoids(dim), nn.Linear(dim, 4 * dim), nn.Mish(), nn.Linear(4 * dim, dim))


class Sinusoids(nn.Module):
    """Sines and cosines of the step at geometrically spaced frequencies. (B,) -> (B, dim)."""

    frequencies: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        half = dim // 2
        frequencies = torch.exp(torch.arange(half) * -(math.log(10_000) / (half - 1)))
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, step: Tensor) -> Tensor:
        angle = step[:, None].to(self.frequencies.dtype) * self.frequencies[None]
        return torch.cat([angle.sin(), angle.cos()], dim=-1)


class ConvBlock(nn.Sequential):
    """Conv1d -> GroupNorm -> Mish, length kept."""

    def __init__(self, channels_in: int, channels_out: int, kernel_size: int, groups: int) -> None:
        super().__init__(
            nn.Conv1d(channels_in, channels_out, kernel_size, padding=kernel_size // 2),
            nn.GroupNorm(groups, channels_out),
            nn.Mish(),
        )

    @property
    def layers(self) -> tuple[nn.Conv1d, nn.GroupNorm, nn.Mish]:
        return cast(tuple[nn.Conv1d, nn.GroupNorm, nn.Mish], tuple(self))

    def linearise(self, x: Tensor) -> tuple[Tensor, Tangents]:
        """The output, and the map from tangents of x to its tangents."""
        convolution, norm, _ = self.layers
        normalised, through_norm = group_norm(norm, convolution(x))
        y, through_mish = mish(normalised)
        return y, lambda dx: through_mish(through_norm(convolve(convolution, dx)))


class ResidualBlock(nn.Module):
    """Two ConvBlocks with a FiLM modulation between them: y <- scale(c) * y + shift(c)."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        condition_dim: int,
        kernel_size: int,
        groups: int,
    ) -> None:
        super().__init__()
        self.first = ConvBlock(channels_in, channels_out, kernel_size, groups)
        self.film = nn.Sequential(nn.Mish(), nn.Linear(condition_dim, 2 * channels_out))
        self.second = ConvBlock(channels_out, channels_out, kernel_size, groups)
        self.shortcut: nn.Conv1d | nn.Identity = (
            nn.Conv1d(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()
        )

    @property
    def film_layer(self) -> nn.Linear:
        """mish(condition) -> scale and shift, one after the other."""
        return cast(nn.Linear, self.film[1])

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.film(condition)[:, :, None].chunk(2, dim=1)
        y = scale * self.first(x) + shift
        return self.second(y) + self.shortcut(x)

    def linearise(self, x: Tensor, condition: Tensor) -> tuple[Tensor, Callable[[Tensor, Tensor], Tensor]]:
        """The output, and the map from tangents of x and of the condition to its tangents."""
        active, through_mish = mish(condition)
        linear = self.film_layer
        scale, shift = linear(active)[:, :, None].chunk(2, dim=1)
        y, through_first = self.first.linearise(x)
        out, through_second = self.second.linearise(scale * y + shift)

        def tangents(dx: Tensor, dcondition: Tensor) -> Tensor:
            dfilm = functional.linear(through_mish(dcondition), linear.weight)
            dscale, dshift = dfilm[:, :, None].chunk(2, dim=1)
            dy = dscale * y + scale * through_first(dx) + dshift
            return through_second(dy) + convolve(self.shortcut, dx)

        return out + self.shortcut(x), tangents


Level = tuple[ResidualBlock, ResidualBlock, nn.Conv1d | nn.ConvTranspose1d | nn.Identity]
"""Two blocks, and what halves or doubles the length; a ModuleList, which type checkers cannot see into."""


class ConditionalUnet1d(nn.Module):
    """mu_phi(tau_i, i, o): predicts the clean chunk tau_0 (or the noise) from a noisy one.

    Args:
        action_dim: na.
        observation_dim: no.
        hidden_dims: channels of each level; every level but the last halves the length.
        step_embedding_dim: size of the embedding of the diffusion step.
        kernel_size: odd width of the convolutions.
        groups: groups of GroupNorm; divides every entry of hidden_dims.
    """

    down: Sequence[Level]
    middle: Sequence[ResidualBlock]
    up: Sequence[Level]

    def __init__(
        self,
        action_dim: int,
        observation_dim: int,
        hidden_dims: Sequence[int] = (16, 32, 64),
        step_embedding_dim: int = 32,
        kernel_size: int = 5,
        groups: int = 8,
    ) -> None:
        super().__init__()
        condition_dim = step_embedding_dim + observation_dim
        self.step_embedding = StepEmbedding(step_embedding_dim)

        def block(channels_in: int, channels_out: int) -> ResidualBlock:
            return ResidualBlock(channels_in, channels_out, condition_dim, kernel_size, groups)

        widths = list(zip([action_dim, *hidden_dims[:-1]], hidden_dims, strict=True))
        last = len(widths) - 1
        down = nn.ModuleList(
            nn.ModuleList(
                [
                    block(a, b),
                    block(b, b),
                    nn.Conv1d(b, b, 3, stride=2, padding=1) if level < last else nn.Identity(),
                ]
            )
            for level, (a, b) in enumerate(widths)
        )
        deepest = hidden_dims[-1]
        middle = nn.ModuleList([block(deepest, deepest), block(deepest, deepest)])
        up = nn.ModuleList(
            nn.ModuleList(
                [
                    block(2 * b, a),
                    block(a, a),
                    nn.ConvTranspose1d(a, a, 4, stride=2, padding=1),
                ]
            )
            for a, b in reversed(widths[1:])
        )
        self.down = cast(Sequence[Level], down)
        self.middle = cast(Sequence[ResidualBlock], middle)
        self.up = cast(Sequence[Level], up)
        top = hidden_dims[0]
        self.head = nn.Sequential(ConvBlock(top, top, kernel_size, groups), nn.Conv1d(top, action_dim, 1))

    @property
    def head_layers(self) -> tuple[ConvBlock, nn.Conv1d]:
        return cast(tuple[ConvBlock, nn.Conv1d], tuple(self.head))

    def forward(self, chunk: Tensor, step: Tensor, observation: Tensor) -> Tensor:
        """(B, T_p, na), (B,) integers, (B, no) -> (B, T_p, na)."""
        condition = torch.cat([self.step_embedding(step), observation], dim=-1)
        x = chunk.transpose(1, 2)
        skips = []
        for first, second, halve in self.down:
            x = second(first(x, condition), condition)
            skips.append(x)
            x = halve(x)
        for block in self.middle:
            x = block(x, condition)
        for first, second, double in self.up:
            x = torch.cat([x, skips.pop()], dim=1)
            x = double(second(first(x, condition), condition))
        return self.head(x).transpose(1, 2)

    def linearise(
        self, chunk: Tensor, step: Tensor, observation: Tensor
    ) -> tuple[Tensor, Callable[[Tensor, Tensor], Tensor]]:
        """The output, and the map from tangents of chunk and observation to its tangents."""
        embedding = self.step_embedding(step)
        condition = torch.cat([embedding, observation], dim=-1)
        x = chunk.transpose(1, 2)
        skips: list[Tensor] = []
        passed: list[Callable[[Tensor, Tensor], Tensor]] = []

        def apply(block: ResidualBlock, x: Tensor) -> Tensor:
            x, tangents = block.linearise(x, condition)
            passed.append(tangents)
            return x

        for first, second, halve in self.down:
            x = apply(second, apply(first, x))
            skips.append(x)
            x = halve(x)
        for between in self.middle:
            x = apply(between, x)
        for first, second, double in self.up:
            x = torch.cat([x, skips.pop()], dim=1)
            x = double(apply(second, apply(first, x)))
        block, last = self.head_layers
        x, through_last = block.linearise(x)

        def tangents(dchunk: Tensor, dobservation: Tensor) -> Tensor:
            dcondition = torch.cat([torch.zeros_like(embedding), dobservation], dim=-1)
            dx = dchunk.transpose(1, 2)
            dskips: list[Tensor] = []
            blocks = iter(passed)

            def two_blocks(dx: Tensor) -> Tensor:
                for tangents in (next(blocks), next(blocks)):
                    dx = tangents(dx, dcondition)
                return dx

            for _, _, halve in self.down:
                dx = two_blocks(dx)
                dskips.append(dx)
                dx = convolve(halve, dx)
            dx = two_blocks(dx)  # in the middle
            for _, _, double in self.up:
                dx = two_blocks(torch.cat([dx, dskips.pop()], dim=1))
                dx = convolve(double, dx)
            return convolve(last, through_last(dx)).transpose(1, 2)

        return last(x).transpose(1, 2), tangents
