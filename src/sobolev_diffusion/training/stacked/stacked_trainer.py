"""Gradient steps of several policies at once, in PyTorch: one stack of weights, one CUDA graph on a GPU."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from sobolev_diffusion.config import SobolevConfig, TrainingConfig
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.tangents import transpose_in_vmap
from sobolev_diffusion.training.gradient_step import Draws, learning_rate
from sobolev_diffusion.training.losses import Batch
from sobolev_diffusion.training.objective import Objective
from sobolev_diffusion.training.stacked.captured_step import CapturedStep, Inputs
from sobolev_diffusion.training.stacked.side_by_side import BATCH, DRAWS, to_device
from sobolev_diffusion.training.stacked.stacked_adam import StackedAdam

PREFIX = "policy.network."  # of the network's parameters in an Objective


class StackedTrainer:
    """What TorchTrainer does, for E policies of one architecture, method and loss side by side.

    The weights are stacked, and torch.func.vmap maps the losses over them. The sum over policies is
    differentiated: no loss depends on the weights of another policy, so each gets its own gradient. A policy
    leaves the stack with its last step, its weights then are trained; the others go on.

    Attributes:
        running: indices of the policies that are still trained, ascending; R of them.
        done: steps taken.
    """

    def __init__(
        self,
        policies: Sequence[ChunkPolicy],
        config: TrainingConfig,
        sobolev: SobolevConfig | None,
        total_steps: Sequence[int],
        device: torch.device | str = "cpu",
    ) -> None:
        """Stack the policies' weights on a device; the policies themselves stay where they are.

        Args:
            policies: E of them, of one architecture.
            config: training settings.
            sobolev: the first-order term; none: the plain loss.
            total_steps: of each policy, (E,), at least 1; they decide its learning rates.
            device: where to compute.

        Raises:
            ValueError: no policy, another number of total_steps, or policies of different architectures.
        """
        if not policies or len(policies) != len(total_steps):
            raise ValueError(f"{len(policies)} policies with {len(total_steps)} numbers of steps")
        if len({(p.config.model_dump_json(), p.action_dim, p.observation_dim) for p in policies}) > 1:
            raise ValueError("policies of different architectures cannot be stacked")
        self.policies = list(policies)
        self.config = config
        self.total_steps = list(total_steps)
        self.device = torch.device(device)
        self.running = list(range(len(policies)))
        self._objective = Objective(copy.deepcopy(policies[0]), sobolev, transpose_in_vmap).to(self.device)
        weights = torch.stack([_flat(policy) for policy in policies]).to(self.device)
        self._adam = StackedAdam(weights.requires_grad_(True))
        self._captured: CapturedStep | None = None

    @property
    def done(self) -> int:
        return self._adam.done

    def step(self, batch: Batch, draws: Draws) -> Tensor:
        """One gradient step of every running policy.

        Args:
            batch, draws: of the running policies, in the order of `running`, (R, ...) each, on any device.

        Returns:
            Plain loss and Sobolev term of each, (R, 2), on the device.

        Raises:
            ValueError: not as many batches or draws as there are running policies.
        """
        inputs = self._inputs(batch, draws)
        rates = [learning_rate(self.config, self.done, self.total_steps[each]) for each in self.running]
        sizes, correction = self._adam.factors(rates)
        inputs["sizes"], inputs["correction"] = (to_device(each, self.device) for each in (sizes, correction))
        losses = self._run(inputs)
        self._hand_over()
        return losses

    def gradient(self, batch: Batch, draws: Draws) -> tuple[Tensor, dict[str, Tensor]]:
        """Losses as `step` returns them, and the gradients by parameter name, (R, ...) each; no step."""
        losses, gradient = self._differentiate(self._inputs(batch, draws))
        return losses, self._named(gradient)

    def _run(self, inputs: Inputs) -> Tensor:
        if self.device.type != "cuda":
            return self._update(inputs)
        # no TF32: its ten bits would not be the CPU's results; deterministic: the same bits every time
        flags = torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False)
        with torch.cuda.device(self.device), flags:
            if self._captured is None:
                self._captured = CapturedStep(self._update, inputs, self._adam.state)
            return self._captured(inputs)

    def _update(self, inputs: Inputs) -> Tensor:
        """One whole gradient step; what a CUDA graph holds."""
        losses, gradient = self._differentiate(inputs)
        self._adam.update(gradient, inputs["sizes"], inputs["correction"])
        return losses

    def _differentiate(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Losses (R, 2) and the gradient (R, P)."""
        weights = self._adam.weights
        fields = {name: inputs[name] for name in (*BATCH, *DRAWS)}
        plain, term = torch.func.vmap(self._losses)(self._named(weights), fields)
        (gradient,) = torch.autograd.grad(self._objective.total(plain, term).sum(), weights)
        return torch.stack([plain, term], dim=1).detach(), gradient

    def _losses(self, weights: Inputs, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Of one policy, as vmap sees it."""
        batch = Batch(**{name: inputs[name] for name in BATCH}, known=self._objective.policy.history)
        draws = Draws(**{name: inputs[name] for name in DRAWS})
        substituted = {PREFIX + name: each for name, each in weights.items()}
        return torch.func.functional_call(self._objective, substituted, (batch, draws))

    def _named(self, stacked: Tensor) -> dict[str, Tensor]:
        """(R, P) -> parameter name -> (R, ...)."""
        parameters = dict(self._objective.policy.network.named_parameters())
        parts = stacked.split([each.numel() for each in parameters.values()], dim=1)
        return {
            name: part.view(len(stacked), *each.shape)
            for (name, each), part in zip(parameters.items(), parts, strict=True)
        }

    def _inputs(self, batch: Batch, draws: Draws) -> Inputs:
        """Name of a tensor of Batch or Draws -> that of every running policy, (R, ...), on the device."""
        if not len(batch.chunk) == len(draws.step) == len(self.running):
            raise ValueError(
                f"{len(batch.chunk)} batches and {len(draws.step)} draws for {len(self.running)} policies"
            )
        named = {name: getattr(batch, name) for name in BATCH} | {
            name: getattr(draws, name) for name in DRAWS
        }
        return {name: to_device(each, self.device) for name, each in named.items()}

    @torch.no_grad()
    def _hand_over(self) -> None:
        """Write the weights of the policies whose last step this was into them, and go on with the others."""
        keep = [row for row, index in enumerate(self.running) if self.done < self.total_steps[index]]
        if len(keep) < len(self.running):
            trained = self._named(self._adam.weights.detach())
            for row in set(range(len(self.running))).difference(keep):
                for name, parameter in self.policies[self.running[row]].network.named_parameters():
                    parameter.copy_(trained[name][row])
            self.running = [self.running[row] for row in keep]
            self._adam.keep(keep)
            self._captured = None  # of more policies than there are now


def _flat(policy: ChunkPolicy) -> Tensor:
    """All weights of a network in one vector, (P,)."""
    return torch.nn.utils.parameters_to_vector(policy.network.parameters()).detach()
