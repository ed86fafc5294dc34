"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "83d5a9a7212837aa",
    "smoke": "2540a607e1f382d3",
    "reproducibility": "d83e5f0702693ed0",
    "sweeps/estimators": "a66c0509a42b56e3",
    "sweeps/parameters": "ed73ee6c19905ae9",
    "sweeps/pendulum": "192c5d98ce1a294e",
    "sweeps/ur5": "fc3100c89f53ffa4",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
