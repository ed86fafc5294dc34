"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "4c9da6e159a1a377",
    "smoke": "c9f71be59eb5ae10",
    "reproducibility": "9e7490869366a729",
    "sweeps/estimators": "6aefa88da1a5e7cb",
    "sweeps/parameters": "f30d8521e60b77dc",
    "sweeps/pendulum": "531a03be87b44874",
    "sweeps/ur5": "a60cbca51b778d8e",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
