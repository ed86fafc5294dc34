"""Files that are whole or not there, what they hold told by a digest, and the error for those of no use."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


class BadArtefact(RuntimeError):
    """A file that cannot be used: which one, what is wrong, what to do. Always one line."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(" ".join(f"{path}: {problem}; {remedy}".split()))
        self.path = path
        self.problem = problem


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


def write_text_atomically(path: Path, text: str) -> None:
    """Write a text file that is whole or not there at all."""
    write_atomically(path, lambda partial: partial.write_text(text))


def digest(path: Path) -> str:
    """sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
