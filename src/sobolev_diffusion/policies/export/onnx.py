"""A trained policy as an ONNX graph: normalisers, affine part, network and sampler, with its weights."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from sobolev_diffusion import __version__
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.normaliser import Scaling

OUTPUT = "actions"
OPSET = 18
"""Of ONNX 1.13."""


def export_onnx(policy: ChunkPolicy, path: Path, origin: str = "a policy in memory") -> Path:
    """Write a graph that computes what `policy.predict` does, for one observation and in float32.

    Inputs, in the task's units: observation (1, no), history a_{t-T_h+1} .. a_t (1, T_h, na), and noise
    (1, *noise_shape), standard normal. A perceptron has the first alone. Output: actions a_{t+1} ..
    (1, T_p - T_h, na).

    Args:
        policy: trained.
        path: of the file.
        origin: where the policy comes from, for its metadata.

    Returns:
        The file written.

    Raises:
        BadArtefact: the packages that write ONNX are not installed, or the file cannot be written.
    """
    try:
        import onnx
        import onnxscript  # noqa: F401 what torch.onnx works with
    except ModuleNotFoundError as error:
        raise BadArtefact(
            path, f"cannot be written without {error.name}", "pip install 'sobolev-diffusion[onnx]'"
        ) from error
    inputs = {
        "observation": (policy.observation_dim,),
        "history": (policy.history, policy.action_dim),
        "noise": policy.noise_shape,
    }
    example = {name: torch.zeros(1, *shape) for name, shape in inputs.items() if np.prod(shape)}
    with _quiet(), torch.inference_mode():
        program = torch.onnx.export(
            _Prediction(policy),
            kwargs=example,
            input_names=list(example),
            output_names=[OUTPUT],
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    model.producer_name, model.producer_version = "sobolev-diffusion", __version__
    model.doc_string = f"sobolev-diffusion policy of the kind {policy.kind}, from {origin}"
    onnx.checker.check_model(model)
    content = model.SerializeToString(deterministic=True)
    write_atomically(path, lambda partial: partial.write_bytes(content))
    return path


class _Prediction(nn.Module):
    """`ChunkPolicy.predict` in tensors alone."""

    def __init__(self, policy: ChunkPolicy) -> None:
        super().__init__()
        self._policy = copy.deepcopy(policy).float().requires_grad_(False)
        self.eval()

    def forward(
        self, observation: Tensor, history: Tensor | None = None, noise: Tensor | None = None
    ) -> Tensor:
        policy = self._policy
        known = policy.history
        seen, action = (
            Scaling(each.mean, each.scale) for each in (policy.normalise_observation, policy.normalise_action)
        )
        history = observation.new_zeros(1, known, policy.action_dim) if history is None else history
        noise = observation.new_zeros(1, *policy.noise_shape) if noise is None else noise
        normalised = seen.forward(observation)
        affine = torch.zeros(1, policy.prediction_horizon, policy.action_dim)
        if policy.affine is not None:
            affine = torch.einsum("bo,ota->bta", normalised, policy.affine.weight) + policy.affine.bias
        chunk = policy.predict_normalised(normalised, action.forward(history - affine[:, :known]), noise)
        return (action.inverse(chunk) + affine)[:, known:]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter says about itself."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
