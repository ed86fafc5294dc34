"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "7ba54676f8cfbdce",
    "smoke": "abd215a99c1f8b37",
    "reproducibility": "60fe9b6ffdb298d9",
    "sweeps/estimators": "0502f57b03cce7ba",
    "sweeps/parameters": "7cf0365ad8f1eaa3",
    "sweeps/pendulum": "bc0d362ed1f09e98",
    "sweeps/ur5": "d5e516db51f9f648",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
