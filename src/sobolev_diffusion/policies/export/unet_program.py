"""The U-Net's forward pass as calls of the layers in C++, with its weights in the order of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.export.packing import BLOCK, dense, linear_map, padded, vector
from sobolev_diffusion.policies.unet import ConditionalUnet1d, ConvBlock, ResidualBlock


@dataclass(frozen=True)
class Activation:
    """Positions times packed channels in the policy's memory.

    Attributes:
        name: of the C++ variable.
        length: positions.
        channels: real ones.
        offset: of its first channel.
        leading: floats from one position to the next.
    """

    name: str
    length: int
    channels: int
    offset: int
    leading: int


class UnetProgram:
    """Walks through the network once and notes what C++ has to do.

    Attributes:
        calls: lines of C++.
        activations: what the calls read and write.
        weights: of the calls, one after the other.
        film_table: FiLM of every diffusion step without the observation, (N_diff, film_size).
        film_observation: the rest, a dense layer of mish(observation).
        memory: floats that the activations take.
    """

    def __init__(self, policy: DiffusionPolicy) -> None:
        network, config = policy.network, policy.config.unet
        self._width, self._groups = config.kernel_size, config.groups
        self.calls: list[str] = []
        self.activations: list[Activation] = []
        self.memory = 0
        self._weights: list[np.ndarray] = []
        self._films: list[nn.Linear] = []

        self.chunk = self._rows("chunk", policy.prediction_horizon, policy.action_dim)
        joined = self._joined(policy.prediction_horizon, config.hidden_dims)
        x = self._descend(network, joined)
        x = self._residual(network.middle[0], x, self._rows("middle", x.length, x.channels))
        x = self._residual(network.middle[1], x, joined[-1][0])
        x = self._ascend(network, x, joined)
        self._head(network, x)
        self._condition(policy)

    @property
    def weights(self) -> np.ndarray:
        return np.concatenate(self._weights)

    def _joined(self, horizon: int, hidden_dims: Sequence[int]) -> list[tuple[Activation, Activation]]:
        """By level: what comes to it from below, beside this what skips there; to the first nothing does."""
        top = self._rows("top", horizon, hidden_dims[0])
        joined = [(top, self._rows("skipped_nowhere", horizon, hidden_dims[0]))]
        for level, channels in enumerate(hidden_dims[1:], start=1):
            below = self._claim(f"below_{level}", horizon >> level, channels, 2 * padded(channels))
            place = below.offset + padded(channels)
            skipped = Activation(f"skipped_{level}", below.length, channels, place, below.leading)
            self.activations.append(skipped)
            joined.append((below, skipped))
        return joined

    def _descend(self, network: ConditionalUnet1d, joined: list[tuple[Activation, Activation]]) -> Activation:
        x = self.chunk
        for level, (first, second, halve) in enumerate(network.down):
            skipped = joined[level][1]
            x = self._residual(first, x, self._rows(f"down_{level}", x.length, skipped.channels))
            x = self._residual(second, x, skipped)
            if level + 1 < len(joined):
                halved = self._rows(f"halved_{level}", x.length // 2, x.channels)
                x = self._resample("halve", halve, x, halved)
        return x

    def _ascend(
        self, network: ConditionalUnet1d, x: Activation, joined: list[tuple[Activation, Activation]]
    ) -> Activation:
        for level, (first, second, double) in zip(range(len(joined) - 1, 0, -1), network.up, strict=True):
            above = joined[level - 1][0]
            y = self._rows(f"up_{level}", x.length, above.channels)
            self._residual(first, x, y, joins=True)
            z = self._residual(second, y, self._rows(f"up_{level}_out", x.length, above.channels))
            x = self._resample("double_length", double, z, above)
        return x

    def _head(self, network: ConditionalUnet1d, x: Activation) -> None:
        block, output = network.head_layers
        y = self._rows("head", x.length, x.channels)
        self._conv_block(block, x, y)
        to = self._rows("output", x.length, output.out_channels)
        self._weights += [self._map(output, y), _bias(output)]
        self.calls.append(
            f"convolve<{y.length}, 1>(weights, {y.name}, {padded(y.channels)}, {to.name}, {to.leading});"
        )

    def _rows(self, name: str, length: int, channels: int) -> Activation:
        return self._claim(name, length, channels, padded(channels))

    def _claim(self, name: str, length: int, channels: int, leading: int) -> Activation:
        rows = Activation(name, length, channels, self.memory, leading)
        self.activations.append(rows)
        self.memory += length * leading
        return rows

    def _inputs(self, x: Activation, joins: bool = False) -> tuple[np.ndarray, int]:
        """Where the channels of a layer's input lie, and how many it reads."""
        channels = np.arange(x.channels)
        if joins:
            return np.concatenate([channels, padded(x.channels) + channels]), x.leading
        return channels, x.channels if x is self.chunk else padded(x.channels)

    def _map(self, layer: nn.Conv1d, x: Activation, joins: bool = False) -> np.ndarray:
        return linear_map(layer.weight.detach(), *self._inputs(x, joins))

    def _block_weights(self, block: ConvBlock, x: Activation, joins: bool = False) -> list[np.ndarray]:
        convolution, norm, _ = block.layers
        scales = (vector(each.detach()) for each in (norm.weight, norm.bias))
        return [self._map(convolution, x, joins), _bias(convolution), *scales]

    def _conv_block(self, block: ConvBlock, x: Activation, y: Activation) -> None:
        self._weights += self._block_weights(block, x)
        self.calls.append(
            f"conv_block<{x.length}, {self._width}>(weights, {x.name}, {self._inputs(x)[1]}, {y.name}, "
            f"{y.channels}, {self._groups}, scratch);"
        )

    def _residual(
        self, block: ResidualBlock, x: Activation, y: Activation, joins: bool = False
    ) -> Activation:
        self._films.append(block.film_layer)
        self._weights += self._block_weights(block.first, x, joins)
        self._weights += self._block_weights(block.second, y)
        shortcut = block.shortcut
        if projects := isinstance(shortcut, nn.Conv1d):
            self._weights += [self._map(shortcut, x, joins), _bias(shortcut)]
        self.calls.append(
            f"residual_block<{x.length}, {self._width}, {str(projects).lower()}>(weights, film, {x.name}, "
            f"{self._inputs(x, joins)[1]}, {y.name}, {y.channels}, {self._groups}, scratch);"
        )
        return y

    def _resample(
        self, call: str, layer: nn.Conv1d | nn.ConvTranspose1d | nn.Identity, x: Activation, y: Activation
    ) -> Activation:
        assert not isinstance(layer, nn.Identity)  # only at the deepest level
        weight = layer.weight.detach()
        if isinstance(layer, nn.ConvTranspose1d):
            weight = weight.transpose(0, 1)
        self._weights += [linear_map(weight, *self._inputs(x)), _bias(layer)]
        self.calls.append(f"{call}<{y.length}>(weights, {x.name}, {y.name}, {padded(x.channels)});")
        return y

    def _condition(self, policy: DiffusionPolicy) -> None:
        """FiLM = W mish([embedding(i), o]) + b, with scale and shift of a block padded each."""
        dim = policy.config.unet.step_embedding_dim
        with torch.no_grad():
            embedding = policy.network.step_embedding(torch.arange(policy.denoising_steps))
            steps = nn.functional.mish(embedding.double())
            tables, observation = [], []
            for layer in self._films:
                channels = layer.out_features // 2
                weight, bias = layer.weight.double(), layer.bias.double()
                table = (steps @ weight[:, :dim].T + bias).float()
                for half in (slice(0, channels), slice(channels, None)):
                    gap = padded(channels) - channels
                    tables.append(nn.functional.pad(table[:, half], (0, gap)))
                    observation.append(nn.functional.pad(layer.weight[half, dim:], (0, 0, 0, gap)))
            self.film_table = torch.cat(tables, dim=1).numpy()
            self.film_observation = dense(torch.cat(observation))

    @property
    def largest(self) -> int:
        """Floats of the largest activation of a residual block."""
        return max(each.length * padded(each.channels) for each in self.activations)

    @property
    def widest(self) -> int:
        """Packed channels of the widest layer."""
        return max(BLOCK, *(padded(each.channels) for each in self.activations))


def _bias(layer: nn.Conv1d | nn.ConvTranspose1d) -> np.ndarray:
    assert layer.bias is not None
    return vector(layer.bias.detach())
