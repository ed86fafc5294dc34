"""Stamps: what made an artefact, written beside it, and whether the artefact still is what was written."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from sobolev_diffusion.files import BadArtefact, digest, write_text_atomically

STAMP_SUFFIX = ".stamp.json"
STAMPED_PACKAGES = ("sobolev-diffusion", "torch", "numpy", "pin", "libaligator")


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
    write_text_atomically(stamp_path(path), text)


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
