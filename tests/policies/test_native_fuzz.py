"""Random calls of the native code (tests/fuzz_native.py): never a signal, never longer than a timeout."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sobolev_diffusion._native")

FUZZ = Path(__file__).parents[1] / "fuzz_native.py"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_calls_are_answered_or_refused(seed):
    run = subprocess.run(
        [sys.executable, str(FUZZ), str(seed), "3000"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    *before, last = run.stdout.splitlines()
    assert run.returncode == 0, f"{run.returncode} after {last}: {run.stderr[-500:]}"
    answered, refused = map(int, re.fullmatch(r"answered (\d+), refused (\d+)", last).groups())
    assert answered > 300, before[-1]
    assert refused > 300
