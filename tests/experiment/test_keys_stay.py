"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "2dbba5f44ae982cd",
    "smoke": "d12bf32fc6db87a9",
    "reproducibility": "e40377e06a4bdd8c",
    "sweeps/estimators": "1c581ca89e22b7e7",
    "sweeps/parameters": "b41b141d029e4ee9",
    "sweeps/pendulum": "dbb50bfdf55abbd6",
    "sweeps/ur5": "9f1088ad74f31557",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
