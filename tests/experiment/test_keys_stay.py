"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "4da1e09c470b205e",
    "smoke": "fa4d72922e859086",
    "reproducibility": "cb307ebf61e64f83",
    "sweeps/estimators": "e0f7b8ea391a0fa3",
    "sweeps/parameters": "1c12c2ae7dd08917",
    "sweeps/pendulum": "7828abb06a13ee89",
    "sweeps/ur5": "de4399a9709c2678",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
