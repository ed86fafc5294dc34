"""What `make wheel` makes, in environments where nothing was compiled. Slow: compiles for each Python."""

import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
VERSIONS = ("3.11", "3.12", "3.13")


def interpreter(version):
    """Of this version, if it is at hand."""
    candidates = [
        shutil.which(f"python{version}"),
        *Path.home().glob(f".pyenv/versions/{version}.*/bin/python"),
    ]
    for each in candidates:
        if each and subprocess.run([each, "-c", ""], capture_output=True).returncode == 0:
            return str(each)
    return None


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    pythons = " ".join(filter(None, map(interpreter, VERSIONS)))
    subprocess.run(["make", "wheel", f"PYTHONS={pythons}", f"DIST={folder}"], cwd=ROOT, check=True)
    return folder


@pytest.fixture(params=VERSIONS)
def clean(request, tmp_path):
    """A new environment of that Python: its pip, told to compile nothing."""
    base = interpreter(request.param)
    if base is None:
        pytest.skip(f"Python {request.param} is not at hand")
    subprocess.run([base, "-m", "venv", tmp_path / "environment"], check=True)
    return tmp_path / "environment/bin/python"


def install(python, *arguments):
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *arguments], check=True)


def say(python, program):
    done = subprocess.run(
        [python, "-I", "-c", program], capture_output=True, text=True, cwd=python.parents[1]
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_module_solves(dist, clean):
    install(clean, "--find-links", dist, "aligator-bindings")
    example = re.search(r"```python\n(.*?)```", (ROOT / "bindings/README.md").read_text(), re.S)[1]
    assert say(clean, example).startswith("True Results")
    assert say(clean, "import aligator; print(hasattr(aligator, 'croc'))") == "False\n"


def test_crocoddyl_s_problems_are_solved(dist, clean):
    install(clean, "--find-links", dist, "aligator-bindings", "crocoddyl", "pytest")
    tests = ROOT / "bindings/tests/test_croc.py"
    done = subprocess.run(
        [clean, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", tests], text=True, stdout=-1
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout


def test_the_kernels_load(dist, clean):
    install(clean, "numpy")
    install(clean, "--no-deps", "--find-links", dist, "sobolev-diffusion")
    assert "portable" in say(
        clean, "from sobolev_diffusion import _native; print(_native.instruction_sets())"
    )


def test_wheels_have_what_belongs_in_them(dist):
    wheels = sorted(dist.glob("*.whl"))
    assert wheels
    assert all(wheel.stem.endswith("manylinux_2_28_x86_64") for wheel in wheels)
    for wheel in wheels:
        names = zipfile.ZipFile(wheel).namelist()
        ends = {name.split("/", 1)[1] for name in names}
        assert any(name.endswith("licenses/LICENSE") for name in names)
        assert "py.typed" in ends
        if wheel.name.startswith("aligator"):
            assert {"_aligator/__init__.pyi", "_aligator/dynamics.pyi", "croc.py", "_croc.pyi"} <= ends
        else:
            assert "_native.pyi" in ends
        assert not [name for name in names if ".libs/" in name], "libraries were taken into the wheel"


def test_sources_have_what_belongs_in_them(dist):
    for name, needed in (
        ("aligator_bindings", {"cpp/module.cpp", "cmake/write_stubs.py"}),
        (
            "sobolev_diffusion",
            {"src/native/bindings.cpp", "bindings/cpp/manylinux.cpp", "Snakefile", "config/tasks.yaml"},
        ),
    ):
        (source,) = dist.glob(f"{name}-*.tar.gz")
        with tarfile.open(source) as archive:
            members = {member.name.split("/", 1)[1]: member for member in archive}
        assert needed | {"CMakeLists.txt", "LICENSE"} <= members.keys()
        assert members["LICENSE"].isfile()
        assert not [path for path in members if path.startswith(("results/", "tests/project"))]
