"""Drawn files: what each should show, what it was drawn from, and why it must be drawn again.

Times of files say nothing here: every drawing leaves a record of what it shows and of the bytes it wrote.
Reading this needs no plotting library, so that the workflow is quick to look at.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sobolev_diffusion.experiment.stamps import circumstances, read_stamp, stamp_path
from sobolev_diffusion.figures import SECTIONS
from sobolev_diffusion.files import BadArtefact, digest, write_text_atomically

DRAWING_CODE = ("figures/*.py", "figures/*.html", "experiment/draw.py", "experiment/parquet.py")
FORGOTTEN_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True)
class DrawnFiles:
    """The files of one figure, table or animation.

    Attributes:
        results: folder that holds the section's folder.
        section: figures, tables or animations.
        name: of the figure, table or animation.
    """

    results: Path
    section: str
    name: str

    @property
    def stem(self) -> Path:
        """Their path without suffix."""
        return self.results / self.section / self.name

    @property
    def paths(self) -> list[Path]:
        """Where they lie, one for each suffix."""
        return [self.stem.with_name(self.name + suffix) for suffix in SECTIONS[self.section].suffixes]

    def expected(self, identity: dict[str, Any]) -> Path:
        """The file with what they should show: one for each identity, so that looking at another plan
        (snakemake -n with other settings) does not disturb a run on its way."""
        text = json.dumps(identity, sort_keys=True)
        name = f"{self.name}.{sha256(text.encode()).hexdigest()[:16]}.json"
        return self.results / ".expected" / self.section / name

    @property
    def record(self) -> Path:
        """The file with what they show."""
        return record_path(self.stem)


def record_path(stem: Path) -> Path:
    """Where the record of a drawn file lies; its stem is its path without suffix."""
    return stem.parent.parent / ".drawn" / stem.parent.name / f"{stem.name}.json"


def identity(
    settings: dict[str, Any], artefacts: Sequence[tuple[str, dict[str, Any]]], style: Path, anew: bool
) -> dict[str, Any]:
    """All that a drawing is a function of; JSON.

    Args:
        settings: its part of the configuration.
        artefacts: key and labels of each file it shows.
        style: config/plotting.yaml.
        anew: whether it must be drawn from computed files, not from frozen ones.
    """
    return {
        "settings": settings,
        "artefacts": [list(each) for each in artefacts],
        "style": digest(style),
        "code": _code(),
        "computed anew": anew,
    }


@cache
def _code() -> str:
    package = Path(__file__).parents[1]
    found = {pattern: sorted(package.glob(pattern)) for pattern in DRAWING_CODE}
    assert all(found.values()), f"no code that draws: {found}"  # it was moved, and would go unnoticed
    files = sorted(path for paths in found.values() for path in paths)
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def why_draw(files: DrawnFiles, expected: dict[str, Any], inputs: Sequence[Path]) -> str | None:
    """Why the files must be drawn (again), in a few words; None: they show what they should.

    Args:
        files: of the drawing.
        expected: their identity.
        inputs: the files they are drawn from, in the order of its artefacts; some may not be there yet.
    """
    try:
        record = json.loads(files.record.read_text())
        shown, written, read = record["identity"], record["files"], record["inputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return "not drawn in this folder yet"
    for part, reason in (
        ("settings", "its settings changed"),
        ("artefacts", "it must show results of other settings"),
        ("style", "the style changed"),
        ("code", "the code that draws it changed"),
        ("computed anew", "it must show results of another cache mode"),
    ):
        if json.dumps(shown.get(part)) != json.dumps(expected[part]):  # the order of rows counts
            return reason
    for file in files.paths:
        if not file.exists():
            return f"{file} is missing"
        if written.get(file.name) != digest(file):
            return f"{file} is not the file that was drawn last"
    for (key, _), path in zip(expected["artefacts"], inputs, strict=True):
        if path.exists() and read.get(key) != _stamped_digest(path):
            return f"{path} was computed again"
    return None


def _stamped_digest(path: Path) -> str | None:
    try:
        return read_stamp(path)["sha256"]
    except BadArtefact:
        return None


def ask_for(files: DrawnFiles, identity: dict[str, Any], draw: bool) -> None:
    """Write the file of what a drawing should show, newer than the drawn files if it is to be drawn.

    That is how Snakemake is told: the time of this file is the only one that counts. Where Snakemake
    remembers a file, a new time is not enough, so the content differs each time, too.
    """
    now = time.time()
    expected = files.expected(identity)
    for other in expected.parent.glob(f"{files.name}.{16 * '?'}.json"):
        if other != expected and other.stat().st_mtime < now - FORGOTTEN_AFTER:  # drawn, or long ago
            other.unlink(missing_ok=True)
    if draw or not expected.exists():
        text = json.dumps({"identity": identity, "asked": now})
        write_text_atomically(expected, text)
    for file in (*files.paths, files.record):
        if draw and file.exists() and file.stat().st_mtime >= now - 1:
            os.utime(file, (now - 1, now - 1))  # from the future, or too recent to tell
    os.utime(expected, (now, now) if draw else (0, 0))


def read_expected(expected: Path) -> dict[str, Any]:
    """The identity that `ask_for` wrote."""
    return json.loads(expected.read_text())["identity"]


def write_record(
    files: DrawnFiles, expected: dict[str, Any], inputs: Sequence[tuple[Path, str]], seconds: float
) -> None:
    """Write what the files show, after they were drawn.

    Args:
        files: of the drawing.
        expected: their identity.
        inputs: the files they were drawn from, with their keys.
        seconds: how long drawing took.
    """
    record = {
        "identity": expected,
        "files": {file.name: digest(file) for file in files.paths},
        "inputs": {key: read_stamp(path)["sha256"] for path, key in inputs},
        "seconds": round(seconds, 3),
        **circumstances(),
    }
    text = json.dumps(record, indent=1) + "\n"
    write_text_atomically(files.record, text)


def altered(results: Path) -> list[str]:
    """One line for each drawn file below a folder that is not the one that was drawn last."""
    faults = []
    for record in sorted((results / ".drawn").rglob("*.json")):
        folder = results / record.parent.name
        for name, written in json.loads(record.read_text())["files"].items():
            file = folder / name
            if not file.exists() or digest(file) != written:
                fault = BadArtefact(
                    file, "is not the file that was drawn last", "run again: it is drawn anew"
                )
                faults.append(str(fault))
    return faults


def provenance(path: Path) -> dict[str, Any]:
    """What made an artefact, from its stamp, or a drawn file, from its record.

    Raises:
        BadArtefact: nothing tells, or the file is not what was written.
    """
    record = record_path(path.with_suffix(""))
    if not (stamp_path(path).exists() or record.exists()):
        raise BadArtefact(
            path,
            "nothing tells what made it",
            "name an artefact, or what was drawn here",
        )
    if stamp_path(path).exists():
        made, written = (stamp := read_stamp(path)), stamp["sha256"]
    else:
        made = json.loads(record.read_text())
        written = made["files"].get(path.name)
    if not path.is_file():
        raise BadArtefact(path, "is missing", "run again")
    if written != digest(path):
        raise BadArtefact(path, "is not the file that was written last", "delete it and run again")
    return made
