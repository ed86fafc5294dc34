"""What was computed before stays valid: the keys and places of everything that the configurations ask for."""

import hashlib
from pathlib import Path

import pytest
from configurations import project

from sobolev_diffusion.experiment.plan import Plan

ROOT = Path(__file__).parents[2]
DIGESTS = {
    "config": "a4409b992f993aa7",
    "smoke": "370aee47dd08adff",
    "reproducibility": "aa060ad68e4a2a81",
    "sweeps/estimators": "becc128b08e03689",
    "sweeps/parameters": "7032f4bae675a1d5",
    "sweeps/pendulum": "4ece891092c34b63",
    "sweeps/ur5": "e26abb8f847fe069",
}
"""Configuration on top of the project's -> digest over all sorted pairs of key and file. One that changes
makes frozen artefacts useless: change it only where what they hold has come to mean something else."""


@pytest.mark.parametrize("name", DIGESTS)
def test_keys_and_files_of_a_configuration_stay(name):
    later = [] if name == "config" else [f"config/{name}.yaml"]
    pairs = sorted((each.key, each.file) for each in Plan(project(*later), ROOT).artefacts())
    assert hashlib.sha256(repr(pairs).encode()).hexdigest()[:16] == DIGESTS[name]
