"""Native predictions against PyTorch's; that they repeat bit for bit; when they are made and when not."""

import copy
import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from native_cases import CASES, make_inputs, make_policy, relative, small_policy

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.instruction_sets import INSTRUCTION_SET_VARIABLE, instruction_sets
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy

INSTRUCTION_SETS = instruction_sets()


def arrays(tensors):
    return [tensor.numpy() for tensor in tensors]


def raw_inputs(policy: ChunkPolicy, size: int, seed: int = 0):
    return [array.astype(np.float64) for array in arrays(make_inputs(policy, size, seed))]


def test_kernels_are_built_for_every_processor():
    assert INSTRUCTION_SETS[-1] == "portable"


@pytest.mark.parametrize("instruction_set", INSTRUCTION_SETS)
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_pytorch(case, instruction_set):
    policy = make_policy(case)
    predictor = policy.kernels.predictor(instruction_set)
    for size in (1, 3, 50, 257) if case in ("paper", "perceptron") else (1, 7):
        inputs = make_inputs(policy, size, seed=size)
        with torch.inference_mode():
            expected = policy.predict_normalised(*inputs)
        chunk = torch.from_numpy(predictor.predict(*arrays(inputs)))
        assert chunk.shape == expected.shape
        assert relative(chunk, expected) < 1e-5


@pytest.mark.parametrize("horizon", [8, 16, 32])
@pytest.mark.parametrize("action_dim", range(1, 14))
def test_any_action_dimension_and_horizon(action_dim, horizon):
    policy = small_policy(action_dim, horizon)
    inputs = make_inputs(policy, 3)
    with torch.inference_mode():
        expected = policy.predict_normalised(*inputs)
    for instruction_set in INSTRUCTION_SETS:
        chunk = torch.from_numpy(policy.kernels.predictor(instruction_set).predict(*arrays(inputs)))
        assert relative(chunk, expected) < 1e-5


@pytest.mark.parametrize("instruction_set", INSTRUCTION_SETS)
@pytest.mark.parametrize("case", ["paper", "many-actions", "wide-groups", "perceptron"])
def test_same_bytes_whatever_the_batch(case, instruction_set):
    policy = make_policy(case)
    predictor = policy.kernels.predictor(instruction_set)
    inputs = arrays(make_inputs(policy, 257))
    together = predictor.predict(*inputs)
    for first, last in ((0, 1), (1, 4), (4, 54), (256, 257)):
        alone = predictor.predict(*(array[first:last].copy() for array in inputs))
        assert np.array_equal(alone, together[first:last])


def test_an_empty_batch_gives_an_empty_chunk():
    policy = make_policy("paper")
    chunk = policy.kernels.predictor().predict(*arrays(make_inputs(policy, 0)))
    assert chunk.shape == (0, 16, 6)


SUBPROCESS = """
import hashlib, torch
from native_cases import make_inputs, make_policy
torch.set_num_threads({threads})
policy = make_policy("paper")
chunk = policy.kernels.predictor().predict(*(x.numpy() for x in make_inputs(policy, 5)))
print(hashlib.sha256(chunk.tobytes()).hexdigest())
"""


def digest_in_a_process(threads: int, instruction_set: str) -> str:
    environment = {
        **os.environ,
        INSTRUCTION_SET_VARIABLE: instruction_set,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    command = [sys.executable, "-c", SUBPROCESS.format(threads=threads)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(("threads", "instruction_set"), [(1, INSTRUCTION_SETS[0]), (2, "portable")])
def test_same_bytes_in_another_process(threads, instruction_set):
    policy = make_policy("paper")
    chunk = policy.kernels.predictor(instruction_set).predict(*arrays(make_inputs(policy, 5)))
    assert digest_in_a_process(threads, instruction_set) == hashlib.sha256(chunk.tobytes()).hexdigest()


def test_same_bytes_from_threads_that_share_a_policy():
    policy = make_policy("paper")
    inputs = raw_inputs(policy, 3)
    expected = policy.predict(*inputs)
    with ThreadPoolExecutor(4) as pool:
        for actions in pool.map(lambda _: policy.predict(*inputs), range(40)):
            assert np.array_equal(actions, expected)


def test_an_unknown_instruction_set_is_an_error():
    with pytest.raises(ValueError, match=r"sse9 is not available here; available: .*portable"):
        make_policy("paper").kernels.predictor("sse9")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("which", ["observation", "history", "noise"])
def test_what_is_not_finite_is_an_error(which, bad):
    policy = make_policy("paper")
    inputs = dict(zip(("observation", "history", "noise"), arrays(make_inputs(policy, 3)), strict=True))
    inputs[which][2].flat[-1] = bad
    with pytest.raises(ValueError, match=f"{which}: holds NaN or infinite values"):
        policy.kernels.predictor().predict(**inputs)
    with pytest.raises(ValueError, match=which):
        policy.predict(**{name: array.astype(np.float64) for name, array in inputs.items()})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_observation_of_the_perceptron_that_is_not_finite_is_an_error(bad):
    policy = make_policy("perceptron")
    observation, history, noise = arrays(make_inputs(policy, 3))
    observation[2, -1] = bad
    with pytest.raises(ValueError, match="observation: holds NaN or infinite values"):
        policy.kernels.predictor().predict(observation, history, noise)


def test_weights_that_are_not_finite_are_an_error():
    policy = make_policy("paper")
    with torch.no_grad():
        policy.network.middle[0].first[0].weight[0, 0, 0] = torch.nan
    with pytest.raises(ValueError, match="not trained well"):
        policy.predict(*raw_inputs(policy, 1))


def test_a_wrong_shape_is_an_error():
    policy = make_policy("paper")
    observation, history, noise = arrays(make_inputs(policy, 3))
    with pytest.raises(ValueError, match=r"history: expected shape \(3, 1, 6\), got \(2, 1, 6\)"):
        policy.kernels.predictor().predict(observation, history[:2], noise)


@pytest.mark.parametrize("case", ["paper", "perceptron"])
def test_policy_predicts_with_either_engine(case):
    policy = make_policy(case)
    inputs = raw_inputs(policy, 4)
    actions = {}
    for policy.engine in ("auto", "native", "torch"):
        actions[policy.engine] = policy.predict(*inputs)
    assert np.array_equal(actions["auto"], actions["native"])
    assert not np.array_equal(actions["auto"], actions["torch"])
    np.testing.assert_allclose(actions["auto"], actions["torch"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        lambda policy, other: policy.load_state_dict(other.state_dict()),
        lambda policy, other: policy.network.load_state_dict(other.network.state_dict()),
        lambda policy, other: policy.load_state_dict(other.state_dict(), assign=True),
    ],
)
def test_new_weights_are_seen(change):
    policy, other = make_policy("paper"), make_policy("paper")
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(1.1)
    inputs = raw_inputs(policy, 2)
    before, expected = policy.predict(*inputs), other.predict(*inputs)
    change(policy, other)
    assert np.array_equal(policy.predict(*inputs), expected)
    assert not np.array_equal(before, expected)


def test_a_policy_that_has_predicted_can_be_copied():
    policy = make_policy("paper")
    inputs = raw_inputs(policy, 2)
    expected = policy.predict(*inputs)
    assert np.array_equal(copy.deepcopy(policy).predict(*inputs), expected)


@pytest.mark.parametrize(
    "options",
    [
        {"prediction_horizon": 12, "unet": {"hidden_dims": (8, 16)}},
        {"prediction_horizon": 64, "unet": {"hidden_dims": (8, 16)}},
        {"unet": {"hidden_dims": (8, 16), "kernel_size": 9}},
    ],
)
def test_pytorch_predicts_what_the_kernels_do_not_know(options):
    config = PolicyConfig.model_validate(options)
    policy = DiffusionPolicy(config, 2, 3)
    assert policy.kernels is None
    inputs = raw_inputs(policy, 2)
    assert policy.predict(*inputs).shape == (2, config.prediction_horizon - 1, 2)
    policy.engine = "native"
    with pytest.raises(ValueError, match="native does not apply"):
        policy.predict(*inputs)


def test_pytorch_predicts_in_double_precision():
    policy = make_policy("paper").double()
    assert policy.kernels is None
