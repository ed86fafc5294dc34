"""Stamps: what made an artefact, written beside it, and whether the artefact still is what was written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sobolev_diffusion.experiment.circumstances import circumstances
from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.experiment.keys import is_of_its_key
from sobolev_diffusion.experiment.parts import check_part, is_part, read_stamps
from sobolev_diffusion.files import BadArtefact, digest, write_text_atomically

STAMP_SUFFIX = ".stamp.json"
REMEDY = "delete it and run again"


def stamp_path(path: Path) -> Path:
    """Where the stamp of an artefact lies: beside it."""
    return path.with_name(path.name + STAMP_SUFFIX)


def write_stamp(
    path: Path,
    content: Path,
    job: Job,
    seconds: float,
    device: str | None = None,
    weakened: Sequence[dict[str, Any]] = (),
) -> None:
    """Write beside an artefact what made it: settings, inputs, versions, commit, machine, duration.

    Args:
        path: where the artefact belongs.
        content: where it lies now: it is put in its place after its stamp, so that there is none without.
        job: what computed it.
        seconds: how long that took.
        device: what computed it, where that is not the machine's processor in the ordinary workflow.
        weakened: what weakens it, see `weaknesses`.
    """
    stamp = {
        "stage": job.stage.name,
        "version": job.stage.version,
        "key": job.key,
        "settings": job.settings.identity(),
        "upstream": list(job.upstream),
        "labels": job.labels,
        "sha256": digest(content),
        "inputs": {path.name: read_stamp(path)["sha256"] for path in job.files},
        "seconds": round(seconds, 3),
        **({} if device is None else {"device": device}),
        **({"weakened": list(weakened)} if weakened else {}),
        **circumstances(),
    }
    put_stamp(path, stamp)


def put_stamp(path: Path, stamp: dict[str, Any]) -> None:
    """Write the stamp of an artefact beside it."""
    write_text_atomically(stamp_path(path), json.dumps(stamp, indent=1, sort_keys=True) + "\n")


def read_stamp(path: Path) -> dict[str, Any]:
    """The stamp of an artefact.

    Raises:
        BadArtefact: there is none, or it is not one.
    """
    try:
        stamp = json.loads(stamp_path(path).read_text())
        stamp["key"], stamp["sha256"], stamp["stage"], stamp["settings"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadArtefact(path, f"has no readable stamp ({error})", REMEDY) from error
    return stamp


def stamp_of(path: Path, key: str) -> dict[str, Any]:
    """The stamp of one artefact in the file that holds it, alone or as a part of the cache.

    Raises:
        BadArtefact: there is none, or it is not one.
    """
    if not is_part(path):
        return read_stamp(path)
    stamps = read_stamps(path)
    if key not in stamps:
        raise BadArtefact(path, f"does not hold {key}", REMEDY)
    return stamps[key]


def check(path: Path, key: str) -> dict[str, Any]:
    """Check that a file is or holds the artefact with this key, byte for byte as it was written.

    Returns:
        Its stamp.

    Raises:
        BadArtefact: the file is missing, altered, or another artefact.
    """
    if is_part(path):
        check_part(path)
        return stamp_of(path, key)
    if not path.is_file():
        raise BadArtefact(path, "is missing", "run again")
    stamp = read_stamp(path)
    if stamp["key"] != key:
        raise BadArtefact(
            path,
            f"is another artefact (key {stamp['key']}, expected {key})",
            REMEDY,
        )
    if not is_of_its_key(stamp):
        raise BadArtefact(path, "has a stamp that was altered: its settings are not those of its key", REMEDY)
    if stamp["sha256"] != digest(path):
        raise BadArtefact(path, "was altered after it was computed", REMEDY)
    return stamp


def trusted_settings(path: Path) -> dict[str, Any]:
    """The settings in a stamp, which may name code to run: only where the key, which the configuration asks
    for, says that they are the configuration's.

    Raises:
        BadArtefact: they are not, or the stamp does not tell.
    """
    stamp = read_stamp(path)
    if is_of_its_key(stamp, strict=True):
        return stamp["settings"]
    raise BadArtefact(path, "has a stamp whose settings are not those of its key", REMEDY)
