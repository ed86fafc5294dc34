"""Native predictions of policies that were trained, not only of random ones."""

from pathlib import Path

import pytest
import torch
from native_cases import make_inputs, relative

from sobolev_diffusion.policies import native_kernels as native
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.policies.nearest import is_nearest

CACHE = Path(__file__).parents[2] / "results/cache/policies"
FROZEN = [path for path in sorted(CACHE.glob("*.safetensors")) if not is_nearest(path)]


def test_both_kinds_of_policies_are_frozen():
    assert {Policy.load(path).kind for path in FROZEN} == {"diffusion", "direct"}


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.stem)
def test_agrees_with_pytorch(path):
    policy = Policy.load(path)
    inputs = make_inputs(policy, 50)
    with torch.inference_mode():
        expected = policy.predict_normalised(*inputs)
    for instruction_set in native.instruction_sets():
        predictor = native.predictor(policy, instruction_set)
        chunk = torch.from_numpy(predictor.predict(*(tensor.numpy() for tensor in inputs)))
        assert relative(chunk, expected) < 1e-5
