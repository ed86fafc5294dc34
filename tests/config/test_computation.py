"""Settings of what is computed, read in one spelling and within bounds."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sobolev_diffusion.config import Computation, PolicyConfig

NOTHING = {"tasks": {}, "methods": {}, "experiments": {}}


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("results", "results"),
        ("./new", "new"),
        ("a//b", "a/b"),
        ("a/b/", "a/b"),
        ("a/../b", "b"),
        ("../x", "../x"),
        ("/scratch//x/", "/scratch/x"),
        ("~/x", str(Path.home() / "x")),
    ],
)
def test_a_folder_of_results_has_one_spelling(given, folder):
    assert Computation(results=given, **NOTHING).results == folder


@pytest.mark.parametrize("given", ["", ".", "./", "a/..", "/", "//", "~nobody-of-this-name/x"])
def test_a_folder_of_results_is_one_of_its_own(given):
    with pytest.raises(ValidationError, match="expected a folder of its own, as in results"):
        Computation(results=given, **NOTHING)


@pytest.mark.parametrize(
    "settings",
    [
        {"diffusion_steps": 10_001},
        {"prediction_horizon": 8192},
        {"unet": {"hidden_dims": [32768]}},
        {"mlp": {"hidden_dims": [32768]}},
        {"mlp": {"hidden_dims": 33 * [8]}},
        {"unet": {"kernel_size": 257}},
        {"unet": {"step_embedding_dim": 32768}},
    ],
)
def test_policies_are_bounded(settings):
    with pytest.raises(ValidationError, match=r"at most|less than or equal"):
        PolicyConfig(**settings)
