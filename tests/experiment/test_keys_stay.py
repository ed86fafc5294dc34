"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "194ee72c4df43d4d",
    "smoke": "665447f17405e945",
    "reproducibility": "ce53bd960b63b3e5",
    "sweeps/estimators": "874b58795d86b08c",
    "sweeps/parameters": "91eb6840e377306d",
    "sweeps/pendulum": "87d0d2ecada546f1",
    "sweeps/ur5": "799fd0ded7375a5c",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
