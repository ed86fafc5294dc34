"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "60cdfb63b5a2e37c",
    "smoke": "598660af5d939228",
    "reproducibility": "874adf3b0c5c4690",
    "sweeps/estimators": "34aece223e2f14cf",
    "sweeps/parameters": "5e0297c5bfac73e2",
    "sweeps/pendulum": "06ec684c8d7b2c8f",
    "sweeps/ur5": "31e3aa9ab6c2dabc",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
