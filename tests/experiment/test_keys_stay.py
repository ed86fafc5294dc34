"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "c73fb70b0646bad0",
    "smoke": "897881d532aef8c8",
    "reproducibility": "08fd814dc6a0630d",
    "sweeps/estimators": "24cff6b67fd3c999",
    "sweeps/parameters": "4a35d8f81e7b779f",
    "sweeps/pendulum": "fb28bb3460aa6107",
    "sweeps/ur5": "3075d1fd5f4d0452",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
