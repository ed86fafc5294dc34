"""Artefacts with flipped bytes (tests/fuzz_files.py): loaded or refused in one line, never a signal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_files_with_flipped_bytes_are_loaded_or_refused(seed, tmp_path):
    run = subprocess.run(
        [sys.executable, TESTS / "fuzz_files.py", str(seed), "1500", tmp_path],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    *before, last = run.stdout.splitlines()
    assert run.returncode == 0, f"{run.returncode} after {last}: {run.stderr[-500:]}"
    loaded, refused = map(int, re.fullmatch(r"loaded (\d+), refused (\d+)", last).groups())
    assert loaded > 300, before[-1]
    assert refused > 300
