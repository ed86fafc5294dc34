"""Methods: architecture of the policy, Sobolev term, training."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sobolev_diffusion.config.kinds import KINDS, PolicyKind
from sobolev_diffusion.config.section import LATER, Entry, Fraction, PositiveFloat, PositiveInt, Section

TO_ALONE, CONTINUED, BEST_KNOWN, FLOOR = "to_alone", "continued", "best_known", "floor"
"""Labels of what no policy had a part in, in the place of a method."""


# Bounds far above what anyone would train: files of policies come from elsewhere, and say how large they are.
Width = Annotated[int, Field(gt=0, le=16384)]
Widths = Annotated[tuple[Width, ...], Field(max_length=32)]


class UnetConfig(Section):
    hidden_dims: Widths = (16, 32, 64)
    """Channels of each level of the U-Net; every level but the last halves the chunk."""
    step_embedding_dim: Annotated[int, Field(ge=4, le=16384, multiple_of=2)] = 32
    """Size of the embedding of the diffusion step."""
    kernel_size: Annotated[int, Field(ge=1, le=255)] = 5
    """Width of the convolutions; odd."""
    groups: PositiveInt = 8
    """Groups of GroupNorm; divides every entry of hidden_dims."""

    @model_validator(mode="after")
    def _check(self) -> UnetConfig:
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}")
        for width in self.hidden_dims:
            if width % self.groups:
                raise ValueError(f"hidden_dims: {width} is not a multiple of groups = {self.groups}")
        return self


class MlpConfig(Section):
    hidden_dims: Widths = (384, 384, 384)
    """Widths of the hidden layers; about as many parameters as the U-Net."""


class PolicyConfig(Section):
    kind: PolicyKind = "diffusion"
    """diffusion: chunks by DDPM with the U-Net. direct: one action by a perceptron (PDDP). nearest: no
    network; the solved demonstration nearest to the instance, its gains in closed loop."""
    prediction_horizon: Annotated[int, Field(gt=0, le=4096)] = 16
    """T_p: entries of a chunk."""
    history: Annotated[int, Field(ge=0)] = 1
    """T_h: known entries at the start of a chunk, overwritten at every denoising step."""
    diffusion_steps: Annotated[int, Field(gt=0, le=10000)] = 5
    """N_diff: denoising steps."""
    predict: Literal["sample", "noise"] = "sample"
    """What the network outputs: the clean chunk tau_0 (the paper's choice) or the noise."""
    scale_floor: Annotated[Fraction, Field(json_schema_extra=LATER)] = 0.0
    """Smallest scale that a coordinate is normalised by, as a fraction of the largest of its vector. Ours,
    not the paper's: a coordinate that hardly varies in the demonstrations is otherwise blown up as soon as a
    rollout strays."""
    affine: Annotated[bool, Field(json_schema_extra=LATER)] = False
    """Whether the network adds to an affine function of the observation, fitted to the demonstrations by
    least squares (to their gains too, with a Sobolev term). Ours, not the paper's: needs far fewer
    demonstrations where the coming actions are mostly the state and a step further, as in state control."""
    parameters: Annotated[bool, Field(json_schema_extra=LATER)] = False
    """Of nearest: whether what is followed moves with the task's parameters (a random target, say), to first
    order, by the solver's gains in them. Networks learn from those gains by sobolev.parameters."""
    unet: UnetConfig = UnetConfig()
    mlp: MlpConfig = MlpConfig()

    @model_validator(mode="after")
    def _check(self) -> PolicyConfig:
        if self.parameters and self.trained:
            raise ValueError(f"parameters: not a setting of {self.kind}; take sobolev.parameters")
        halvings = 2 ** (len(self.unet.hidden_dims) - 1)
        if self.prediction_horizon % halvings:
            raise ValueError(
                f"prediction_horizon: {self.prediction_horizon} cannot be halved by the U-Net's "
                f"{len(self.unet.hidden_dims)} levels; take a multiple of {halvings}"
            )
        if self.history >= self.prediction_horizon:
            raise ValueError(
                f"history: {self.history} must be below prediction_horizon = {self.prediction_horizon}"
            )
        return self

    @property
    def trained(self) -> bool:
        """Whether there is a network to train."""
        return KINDS[self.kind].trained

    @property
    def predicts_chunks(self) -> bool:
        """Whether it predicts several actions at once."""
        return KINDS[self.kind].predicts_chunks

    @property
    def max_action_length(self) -> int:
        """The largest T_a: T_p - T_h for what predicts chunks, 1 for what looks at every state."""
        return self.prediction_horizon - self.history if self.predicts_chunks else 1

    def applicable(self, action_lengths: Iterable[int]) -> list[int]:
        """The T_a to evaluate such a policy at, ascending: those asked for, cut at its largest."""
        return sorted({min(length, self.max_action_length) for length in action_lengths})


LARGEST_WEIGHT = 1e6


class SobolevConfig(Section):
    weight: Annotated[PositiveFloat, Field(le=LARGEST_WEIGHT)] = 0.01
    """lambda in (9) and (11); beyond some thousands nothing is left of the loss itself."""
    estimator: Literal["output", "state", "full"] = "output"
    """output: random v in the space of chunks (the paper). state: random direction in the tangent
    space of the state, scaled to the same expectation. full: the whole Jacobian, equation (8)."""
    projections: PositiveInt = 1
    """N_proj: random vectors per sample."""
    norm_scale: PositiveFloat | None = None
    """s in the weight 1 / (1 + (|J|_F / s)^2) of a sample's first-order term; none: all weigh 1. Ours,
    not the paper's: tames heavy-tailed sensitivities."""
    through: Literal["step", "chain"] = "step"
    """step: derivative of each denoising step, (11). chain: of the whole denoising chain, (10)."""
    over_steps: Literal["constant", "growing", "shrinking"] = "constant"
    """How lambda depends on the diffusion step i; the mean over i is the same."""
    parameters: Annotated[bool, Field(json_schema_extra=LATER)] = False
    """Whether the derivatives by the task's parameters (a random target, say) count beside those by the
    state. Ours, not the paper's."""


class TrainingConfig(Section):
    batch_size: PositiveInt = 64
    """Samples per gradient step."""
    learning_rate: PositiveFloat = 1e-3
    """Peak learning rate of Adam."""
    warmup_steps: Annotated[int, Field(ge=0)] = 100
    """Gradient steps of linear warm-up."""
    final_fraction: Fraction = 0.02
    """Learning rate at the end of the cosine decay, as a fraction of the peak."""
    history_noise: Annotated[float, Field(ge=0, json_schema_extra=LATER)] = 0.0
    """Standard deviation of noise on the T_h known entries of training chunks, in normalised units. Ours, not
    the paper's: a policy that can read its next action off the last one copies it and drifts at T_a = 1."""
    first_chunk_share: Annotated[Fraction, Field(json_schema_extra=LATER)] = 0.0
    """Share of the drawn training chunks that are moved to t = 0 of their trajectory. Ours, not the paper's:
    where there are several ways, one is chosen from rest; later the state tells which it is."""
    engine: Literal["auto", "native", "torch"] = "auto"
    """What computes the gradients: auto takes the native CPU kernels where they apply. `train-together`
    trains many policies in one batch, in its own way whatever is set here."""


class MethodConfig(Entry):
    policy: PolicyConfig = PolicyConfig()
    sobolev: SobolevConfig | None = None
    """The first-order term; none for the plain methods."""
    training: TrainingConfig = TrainingConfig()

    @property
    def parameters(self) -> bool:
        """Whether gains in the task's parameters are asked for."""
        return self.policy.parameters or (self.sobolev is not None and self.sobolev.parameters)


def gradient_steps(epochs: int, pairs: int, chunk_length: int, batch_size: int) -> int:
    """Gradient steps of a training, with epochs sized as in the paper.

    An epoch is |D| state-action pairs for direct policies and |D| / T_p chunks for diffusion, so that
    both see the same data; at least one step an epoch.
    """
    return epochs * max(1, math.ceil(pairs / chunk_length / batch_size))
