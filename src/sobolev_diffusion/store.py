"""Artefacts on disk: atomic writes, stamps, the frozen cache, verification."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

STAMP_SUFFIX = ".stamp.json"
STAMPED_PACKAGES = ("sobolev-diffusion", "torch", "numpy", "pin", "libaligator")


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


def digest(path: Path) -> str:
    """sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_path(path: Path) -> Path:
    """Where the stamp of an artefact lies: beside it."""
    return path.with_name(path.name + STAMP_SUFFIX)


def write_stamp(
    path: Path,
    content: Path,
    *,
    stage: str,
    key: str,
    settings: dict[str, Any],
    labels: dict[str, Any],
    inputs: Sequence[Path],
    seconds: float,
    device: str | None = None,
) -> None:
    """Write beside an artefact what made it: settings, inputs, versions, commit, machine, duration.

    Args:
        path: where the artefact belongs.
        content: where it lies now: it is put in its place after its stamp, so that there is none without.
        stage, key, settings, labels: of the artefact.
        inputs: the files it was computed from.
        seconds: how long that took.
        device: what computed it, where that is not the machine's processor in the ordinary workflow.
    """
    stamp = {
        "stage": stage,
        "key": key,
        "settings": settings,
        "labels": labels,
        "sha256": digest(content),
        "inputs": {each.name: read_stamp(each)["sha256"] for each in inputs},
        "seconds": round(seconds, 3),
        **({} if device is None else {"device": device}),
        **circumstances(),
    }
    text = json.dumps(stamp, indent=1, sort_keys=True) + "\n"
    write_atomically(stamp_path(path), lambda partial: partial.write_text(text))


def circumstances() -> dict[str, Any]:
    """When, from which commit, with which versions and on which machine this process computes."""
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": machine(),
    }


def read_stamp(path: Path) -> dict[str, Any]:
    """The stamp of an artefact.

    Raises:
        BadArtefact: there is none, or it is not one.
    """
    try:
        stamp = json.loads(stamp_path(path).read_text())
        stamp["key"], stamp["sha256"], stamp["stage"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadArtefact(path, f"has no readable stamp ({error})", "delete it and run again") from error
    return stamp


def check(path: Path, key: str) -> None:
    """Check that a file is the artefact with this key, byte for byte as it was written.

    Raises:
        BadArtefact: the file is missing, altered, or another artefact.
    """
    if not path.is_file():
        raise BadArtefact(path, "is missing", "run again")
    stamp = read_stamp(path)
    if stamp["key"] != key:
        raise BadArtefact(
            path,
            f"is another artefact (key {stamp['key']}, expected {key})",
            "delete it and run again",
        )
    if stamp["sha256"] != digest(path):
        raise BadArtefact(path, "was altered after it was computed", "delete it and run again")


def machine() -> dict[str, Any]:
    """Name of the processor, its architecture and the number of cores."""
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")),
        "unknown",
    )


def _versions() -> dict[str, str]:
    versions = {}
    for package in STAMPED_PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _commit() -> str:
    command = [
        "git",
        "-C",
        str(Path(__file__).parent),
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
    ]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
