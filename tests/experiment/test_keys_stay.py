"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "a8f22bc9fc9f42f5",
    "smoke": "9ff6d392a4c904d9",
    "reproducibility": "7e6c4657d6f4fbdb",
    "sweeps/estimators": "fac804b745a2faf0",
    "sweeps/parameters": "7d446fae6edd5f10",
    "sweeps/pendulum": "d51b70aa2dc6dc5d",
    "sweeps/ur5": "dd615e06a3a8f0ee",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
