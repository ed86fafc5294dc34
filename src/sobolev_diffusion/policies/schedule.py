"""The square-cosine DDPM noise schedule, as diffusers' DDPMScheduler("squaredcos_cap_v2") has it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Schedule:
    """Coefficients of equations (3) to (5) for the diffusion steps i = 0 .. N_diff - 1.

    Attributes:
        alpha_bar: cumulated products abar_i, (N_diff,), in (3).
        clean: weight of tau_0 in the posterior mean (5), (N_diff,).
        noisy: weight of tau_i in the posterior mean (5), (N_diff,).
        deviation: standard deviation of the posterior (4), (N_diff,); 0 at i = 0.
    """

    alpha_bar: np.ndarray
    clean: np.ndarray
    noisy: np.ndarray
    deviation: np.ndarray

    @property
    def steps(self) -> int:
        return len(self.alpha_bar)


def square_cosine(steps: int) -> Schedule:
    """The schedule of "Improved denoising diffusion probabilistic models" for `steps` diffusion steps."""

    def remaining(time: float) -> float:
        return math.cos((time + 0.008) / 1.008 * math.pi / 2) ** 2

    # float32, as in diffusers: its betas decide the numbers
    beta = np.array(
        [min(1 - remaining((i + 1) / steps) / remaining(i / steps), 0.999) for i in range(steps)],
        dtype=np.float32,
    )
    alpha_bar = np.cumprod(1 - beta, dtype=np.float32).astype(np.float64)
    previous = np.concatenate([[1.0], alpha_bar[:-1]])
    beta_i = 1 - alpha_bar / previous
    deviation = np.sqrt((1 - previous) / (1 - alpha_bar) * beta_i)
    return Schedule(
        alpha_bar=alpha_bar,
        clean=np.sqrt(previous) * beta_i / (1 - alpha_bar),
        noisy=np.sqrt(1 - beta_i) * (1 - previous) / (1 - alpha_bar),
        deviation=deviation,
    )
