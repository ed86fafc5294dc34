"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "2d35e51632ca4bbb",
    "smoke": "5252f5e9c6db684a",
    "reproducibility": "b83d7c109da45d93",
    "sweeps/estimators": "85df727771a344ad",
    "sweeps/parameters": "4dd3d84415267e5b",
    "sweeps/pendulum": "7954a9215aaac713",
    "sweeps/ur5": "efb2ab4e06641aea",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
