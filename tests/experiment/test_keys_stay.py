"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "e5f95d6d6f813045",
    "smoke": "81037a3e2f4c037a",
    "reproducibility": "a99cd62c671cbeca",
    "sweeps/estimators": "6dc572406a2b3390",
    "sweeps/parameters": "7542340457df741e",
    "sweeps/pendulum": "5eb178dce18b5618",
    "sweeps/ur5": "d5238497a07f7a24",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
