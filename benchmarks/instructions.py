"""Instructions that two programs take for the same work, by valgrind: alike on a busy and an idle machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparison import Line

ROOT = Path(__file__).parents[1]
FEW, MANY = 1, 3  # times that the work is done: what a program does besides cancels out


def available() -> bool:
    return shutil.which("valgrind") is not None


def share(
    name: str, baseline: str, program: Sequence[str], reference: Sequence[str], word: str, bar: float | None
) -> Line:
    """The line of two programs that do `word` whenever they read it from standard input."""
    ratio = _for_one(program, word) / _for_one(reference, word)
    holds = None if bar is None else ratio <= bar
    return Line(name, baseline, "share", ratio, ratio, ratio, bar, holds, None, None)


def _for_one(program: Sequence[str], word: str) -> float:
    return (_count(program, word, MANY) - _count(program, word, FEW)) / (MANY - FEW)


def _count(program: Sequence[str], word: str, times: int) -> int:
    valgrind = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
    finished = subprocess.run(
        [*valgrind, *program],
        input=f"{word}\n" * times,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    found = re.search(r"I\s+refs:\s+([\d,]+)", finished.stderr)
    if finished.returncode or not found:
        raise RuntimeError(f"{' '.join(program)} under valgrind failed:\n{finished.stderr}")
    return int(found[1].replace(",", ""))
