"""Native predictions of policies that were trained, not only of random ones."""

from pathlib import Path

import pytest
import torch
from native_cases import make_inputs, relative

from sobolev_diffusion.config.kinds import KINDS
from sobolev_diffusion.experiment.stamps import read_stamp
from sobolev_diffusion.instruction_sets import instruction_sets
from sobolev_diffusion.policies import ChunkPolicy, Policy

CACHE = Path(__file__).parents[2] / "results/cache/policies"
ALL = {path: Policy.load(path) for path in sorted(CACHE.glob("*.safetensors"))}
FROZEN = [path for path, policy in ALL.items() if isinstance(policy, ChunkPolicy)]


def test_all_kinds_of_policies_are_frozen():
    assert {policy.kind for policy in ALL.values()} == set(KINDS)


def test_saving_again_gives_the_same_bytes(tmp_path):
    for path, policy in ALL.items():
        policy.save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == path.read_bytes(), path


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.stem)
def test_agrees_with_pytorch(path):
    policy = ALL[path]
    inputs = make_inputs(policy, 50)
    with torch.inference_mode():
        expected = policy.predict_normalised(*inputs)
    for instruction_set in instruction_sets():
        predictor = policy.kernels.predictor(instruction_set)
        chunk = torch.from_numpy(predictor.predict(*(tensor.numpy() for tensor in inputs)))
        assert relative(chunk, expected) < 1e-5


def test_of_every_robot_a_policy_is_kept_and_all_of_them_are_small():
    robots = {read_stamp(path)["settings"]["task"]["name"].removesuffix("_columns") for path in FROZEN}
    assert {"pendulum", "double_pendulum", "ur5_small_fixed", "ur5_small_random", "quadrotor"} <= robots
    assert sum(path.stat().st_size for path in CACHE.iterdir()) <= 60_000_000
