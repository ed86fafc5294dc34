"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "b89dabbdedc1cf44",
    "smoke": "23bbf6e8b42fedb2",
    "reproducibility": "22097771b79288e6",
    "sweeps/estimators": "245d6bcdcbbd691b",
    "sweeps/parameters": "04bde42c73d49c45",
    "sweeps/pendulum": "f3185b4223d78fa3",
    "sweeps/ur5": "e4fc64bdccffbf05",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
