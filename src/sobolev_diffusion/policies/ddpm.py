"""The DDPM of a diffusion policy: diffusers' scheduler, and its coefficients for the native kernels.

Importing diffusers takes longer than PyTorch: import this where there is a diffusion policy.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler


class Ddpm(DDPMScheduler):
    """diffusers' scheduler, and what its `step` computes, as numbers: `step` draws noise, ours is given."""

    def coefficients(self) -> dict[str, np.ndarray]:
        """Of equations (3) to (5) for the diffusion steps i = 0 .. N_diff - 1, (N_diff,) each.

        alpha_bar: cumulated products abar_i in (3); clean, noisy: weights of tau_0 and tau_i in the posterior
        mean (5); deviation: standard deviation of the posterior (4), 0 at i = 0.
        """
        alpha_bar = self.alphas_cumprod.numpy()
        previous = np.concatenate([[1.0], alpha_bar[:-1]])
        beta = 1 - alpha_bar / previous
        return {
            "alpha_bar": alpha_bar,
            "clean": np.sqrt(previous) * beta / (1 - alpha_bar),
            "noisy": np.sqrt(1 - beta) * (1 - previous) / (1 - alpha_bar),
            "deviation": np.sqrt((1 - previous) / (1 - alpha_bar) * beta),
        }


def square_cosine(steps: int, predict: Literal["sample", "noise"]) -> Ddpm:
    """DDPM of N_diff steps; the network predicts the clean chunk or the noise."""
    prediction = "epsilon" if predict == "noise" else predict
    with torch.device("cpu"):
        ddpm = Ddpm(steps, beta_schedule="squaredcos_cap_v2", prediction_type=prediction, clip_sample=False)
    # multiplied in float32, as for every policy that is kept (PyTorch would do it in float64 and round); held
    # in float64, where the small differences of (4) and (5) keep their digits
    alpha_bar = np.cumprod(ddpm.alphas.numpy(), dtype=np.float32)
    ddpm.alphas_cumprod = torch.from_numpy(alpha_bar.astype(np.float64))
    return ddpm
