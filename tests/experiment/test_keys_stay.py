"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "4b6c70e07df4ba7c",
    "smoke": "d58bd4163945f811",
    "reproducibility": "e4405d6e386c67b9",
    "sweeps/estimators": "4d1deaa75cbbdb3d",
    "sweeps/parameters": "c605b6750f44b92d",
    "sweeps/pendulum": "27e4d8377c8c8f1e",
    "sweeps/ur5": "59e93e519c920c4d",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
