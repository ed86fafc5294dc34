"""Files that are whole or not there, what they hold told by a digest, and the error for those of no use."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class BadArtefact(RuntimeError):
    """A file that cannot be used: which one, what is wrong, what to do. Always one line."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(" ".join(f"{path}: {problem}; {remedy}".split()))
        self.path = path
        self.problem = problem


_HOST = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())
_PARTIAL = re.compile(r"\..+\.(?P<host>[A-Za-z0-9-]*)_(?P<process>\d+)\.sobolev-partial")


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Call write(partial) on a file beside `path`, then rename it: `path` is whole or not there at all.

    Raises:
        BadArtefact: its folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_suffix())
    except OSError as error:
        raise BadArtefact(path, f"cannot be written ({error.strerror})", "see whose folder it is") from error
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


@contextmanager
def partial_folder(parent: Path, name: str) -> Iterator[Path]:
    """A folder for files that are moved to their places when all of them are there."""
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=f".{name}.", suffix=_suffix()) as folder:
        yield Path(folder)


def _suffix() -> str:
    """Of what is not whole yet: tells who writes it."""
    return f".{_HOST}_{os.getpid()}.sobolev-partial"


def abandoned(folder: Path) -> list[Path]:
    """What was being written directly in a folder by processes of this machine that are no more."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            written = _PARTIAL.fullmatch(entry.name)
            if written and written["host"] == _HOST and not _alive(int(written["process"])):
                found.append(Path(entry.path))
    return sorted(found)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # somebody else's
    return True


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
