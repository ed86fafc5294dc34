"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "327f606d5d109937",
    "smoke": "301b6d4b644a9b01",
    "reproducibility": "ca726518e6e9d621",
    "sweeps/estimators": "a9b86f890db5df47",
    "sweeps/parameters": "24ff4453cf754413",
    "sweeps/pendulum": "a8ac903dfde56a96",
    "sweeps/ur5": "3cb2fb3907d46a23",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
