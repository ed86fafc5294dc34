"""A stamp names the code that runs, and the kernels."""

import subprocess
import sys
from pathlib import Path

import pytest

from sobolev_diffusion.experiment.circumstances import PACKAGE, circumstances, kernels, other_checkout
from sobolev_diffusion.instruction_sets import INSTRUCTION_SET_VARIABLE, instruction_sets

SAY = """
import json
from sobolev_diffusion.experiment.circumstances import circumstances
print(json.dumps(circumstances()))
"""


def git(folder, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def another(tmp_path, monkeypatch):
    """Another repository, which is the current folder."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commit_is_that_of_the_code_that_runs_whatever_the_folder_and_the_hook(another, monkeypatch):
    here = git(PACKAGE, "describe", "--always", "--dirty", "--abbrev=12")
    assert circumstances()["commit"] == here
    monkeypatch.setenv("GIT_DIR", str(another / ".git"))  # as in a hook
    assert circumstances()["commit"] == here
    assert "workflow" not in circumstances()


def test_a_checkout_that_runs_the_code_of_another_is_told(another):
    (another / "src" / PACKAGE.name).mkdir(parents=True)
    assert other_checkout() == another
    assert circumstances()["workflow"] == git(another, "describe", "--always", "--abbrev=12")


def test_installed_code_in_a_folder_of_another_repository_is_not_of_its_commit(another):
    """As in the environment of a project of one's own."""
    copy = another / "site" / PACKAGE.name / "experiment"
    copy.mkdir(parents=True)
    for name in ("experiment/circumstances.py", "experiment/__init__.py", "instruction_sets.py"):
        (copy.parent / name).write_text((PACKAGE / name).read_text())
    (copy.parent / "__init__.py").write_text("")
    run = subprocess.run(
        [sys.executable, "-S", "-P", "-c", f"import sys; sys.path.insert(0, 'site')\n{SAY}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"commit": "unknown"' in run.stdout
    assert '"kernels": "none"' in run.stdout


@pytest.mark.parametrize("name", instruction_sets())
def test_the_kernels_are_those_that_compute(monkeypatch, name):
    monkeypatch.setenv(INSTRUCTION_SET_VARIABLE, name)
    assert circumstances()["kernels"] == kernels() == name


def test_kernels_are_in_the_stamps_of_this_machine():
    assert kernels() in [*instruction_sets(), "none"]
    assert Path(PACKAGE).is_dir()
