"""The commands of docs/own_problem.md, one after the other, and what they say. Slow: they fit the car."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sobolev_diffusion.own_problem.ways import TOLD

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NUMBER = r"[\d.e+-]+"
SAYS = {
    "fit": [
        rf"car\.warm: (?:{'|'.join(map(re.escape, TOLD.values()))})",
        r"is it worth it\? sobolev-diffusion report car\.warm",
    ],
    "report": [
        r"(?:Yes, warm starting pays|No, warm starting does not pay|It is not clear): "
        rf"(?:from \w+ the solver is {NUMBER} times as fast as alone, guess included|at least half of the "
        r"instances are solved (?:from \w+|alone) only) \(median of 30 held-out instances, .*",
        r"car\.html",
    ],
    "solve": [
        r" +start +guess ms +solve ms +iterations +converged +cost",
        *[
            rf" +{i} +(?:interpolated|nearest|policy)( +{NUMBER}){{3}} +(?:yes|no) +{NUMBER}"
            for i in range(5)
        ],
    ],
}


def test_they_say_what_they_should(tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    page = (ROOT / "docs/own_problem.md").read_text()
    commands = re.findall(r"^    sobolev-diffusion (.*)$", page, re.M)
    assert [shlex.split(command)[0] for command in commands] == list(SAYS)
    for command in commands:
        name = shlex.split(command)[0]
        run = subprocess.run(
            [sys.executable, "-m", "sobolev_diffusion.cli", *shlex.split(command)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr
        lines = run.stdout.splitlines()
        assert len(lines) == len(SAYS[name]), run.stdout
        for line, pattern in zip(lines, SAYS[name], strict=True):
            assert re.fullmatch(pattern, line), line
