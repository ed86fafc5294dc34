"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "e7a95463e2cde48f",
    "smoke": "e8867c4e86674169",
    "reproducibility": "c6333444a712b9ea",
    "sweeps/estimators": "c941278cd84bf800",
    "sweeps/parameters": "f1741a9ea81b6f46",
    "sweeps/pendulum": "6cd077549919df20",
    "sweeps/ur5": "c2be08d13500c2a1",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
