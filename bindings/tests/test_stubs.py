"""The type stubs of the installed module, as mypy sees them."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("mypy", reason="needs mypy")
README = Path(__file__).parents[1] / "README.md"
SETTINGS = """
[mypy]
# What Python cannot say of overloads and of properties that can be set to more than they return.
disable_error_code = override, overload-overlap
[mypy-pinocchio.*]
ignore_missing_imports = True
"""
# Of classes themselves, which have a metaclass of nanobind's; of functions, which are objects of nanobind's; and what
# stands for members that the stubs cannot have.
NOT_COMPARED = r"""
aligator\._aligator(\.\w+)?\.\w+
aligator\._aligator\.CostStackData\.(CostMap|map_indexing_suite_CostMap_entry)
aligator\._aligator\.Filter\.filter_pairs_
aligator\._aligator(\.\w+)?\.\w+\.__init__
aligator\._aligator\.\w+\.__nb_enum__
"""


def run_mypy(folder, *arguments):
    (folder / "mypy.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_stubs_have_what_the_extension_has(tmp_path):
    (tmp_path / "not_compared.txt").write_text(NOT_COMPARED)
    options = ("--mypy-config-file", "mypy.ini", "--allowlist", "not_compared.txt", "--ignore-unused-allowlist")
    found = run_mypy(tmp_path, "mypy.stubtest", "aligator._aligator", "--concise", "--ignore-disjoint-bases", *options)
    assert found.returncode == 0, found.stdout + found.stderr


def test_programs_are_checked(tmp_path):
    program = re.search(r"```python\n(.*?)```", README.read_text(), re.S)[1]
    (tmp_path / "program.py").write_text(program)
    found = run_mypy(tmp_path, "mypy", "--strict", "program.py")
    assert found.returncode == 0, found.stdout
    (tmp_path / "program.py").write_text(program + "\naligator.SolverProxDDP(tol='small')\nstage.cost.sizes\n")
    found = run_mypy(tmp_path, "mypy", "--strict", "program.py")
    assert '"str"; expected "float"' in found.stdout and 'no attribute "sizes"' in found.stdout


def test_the_package_says_that_it_is_typed():
    package = Path(find_spec("aligator").origin).parent
    assert (package / "py.typed").is_file()
    names = {stub.name for stub in (package / "_aligator").glob("*.pyi")}
    assert names == {"__init__.pyi", "constraints.pyi", "dynamics.pyi", "extras.pyi", "manifolds.pyi"}
