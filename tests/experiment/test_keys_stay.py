"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "d88a8751cc0ca256",
    "smoke": "812396c639adb3d0",
    "reproducibility": "ce53bd960b63b3e5",
    "sweeps/estimators": "66cde4dca261a6d5",
    "sweeps/parameters": "a8e1e1f63c40d575",
    "sweeps/pendulum": "5c1c56bef0376090",
    "sweeps/ur5": "13d69d722da57762",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
