"""A clone in which everything was drawn once, and copies of it to spoil."""

import shutil

import pytest
from clones import clone, snakemake


@pytest.fixture(scope="session")
def drawn_once(tmp_path_factory):
    folder = clone(tmp_path_factory.mktemp("drawn"))
    status, output = snakemake(folder, "--cores", "2", "all")
    assert status == 0, output
    return folder


@pytest.fixture
def drawn(drawn_once, tmp_path):
    """A copy of its own for each test."""
    return shutil.copytree(drawn_once, tmp_path / "clone")
