"""Artefacts on disk: atomic writes, stamps, verification."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


class BadArtefact(RuntimeError):
    """A file that cannot be used: which one, what is wrong, what to do. Always one line."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}; {remedy}")


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Call write(partial) on a file beside `path`, then rename it: `path` is whole or not there at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    os.close(handle)
    partial = Path(name)
    try:
        write(partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
