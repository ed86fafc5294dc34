"""Drawn files: what each should show, what it was drawn from, and why it must be drawn again.

Every drawing leaves a record of what it shows and of the bytes it wrote; times of files say nothing.
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

from sobolev_diffusion.experiment.circumstances import PACKAGE, circumstances
from sobolev_diffusion.experiment.parts import check_part, is_part
from sobolev_diffusion.experiment.stamps import read_stamp, stamp_of, stamp_path
from sobolev_diffusion.experiment.weaknesses import of_inputs
from sobolev_diffusion.figures import SECTIONS
from sobolev_diffusion.files import BadArtefact, digest, write_atomically, write_text_atomically

DRAWING_CODE = (
    "figures/*.py",
    "figures/*.html",
    *(f"experiment/{name}.py" for name in ("draw", "parquet", "parts", "rows")),
)
FORGOTTEN_AFTER = 24 * 3600  # seconds
ASKED, ANSWERED = 2.0**31 - 1, 0.0
"""Times of the files of what is expected: the last and the first that every file system knows."""


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
        "code": _planned_code(),
        "computed anew": anew,
    }


def drawing_code() -> str:
    """sha256 of the code that draws, as it lies there now."""
    found = {pattern: sorted(PACKAGE.glob(pattern)) for pattern in DRAWING_CODE}
    assert all(found.values()), f"no code that draws: {found}"  # it was moved, and would go unnoticed
    files = sorted(path for paths in found.values() for path in paths)
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


_planned_code = cache(drawing_code)  # a plan looks once, for all drawings


def why_draw(files: DrawnFiles, expected: dict[str, Any], inputs: Sequence[Path]) -> str | None:
    """Why the files must be drawn (again), in a few words; None: they show what they should.

    Args:
        files: of the drawing.
        expected: their identity.
        inputs: the files they are drawn from, in the order of its artefacts; some may not be there yet.
    """
    try:
        record = read_record(files.record)
    except BadArtefact:
        return "not drawn in this folder yet"
    shown, written, read = record["identity"], record["files"], record["inputs"]
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
        if path.exists() and read.get(key) != _stamped_digest(path, key):
            return f"{path} was computed again"
    return None


def _stamped_digest(path: Path, key: str) -> str | None:
    try:
        return stamp_of(path, key)["sha256"]
    except BadArtefact:
        return None


def ask_for(files: DrawnFiles, identity: dict[str, Any], draw: bool) -> None:
    """Write the file of what a drawing should show, later than any other file if it is to be drawn, else
    before them all.

    That is how Snakemake is told; no other time counts. Where Snakemake remembers a file, a new time is not
    enough, so the content differs each time, too.
    """
    expected = files.expected(identity)
    wanted = ASKED if draw else ANSWERED
    if not draw and expected.exists() and expected.stat().st_mtime == wanted:
        return
    text = json.dumps({"identity": identity, "asked": time.time()})

    def write(partial: Path) -> None:
        partial.write_text(text)
        os.utime(partial, (wanted, wanted))  # not once it is in its place, where it may be another user's

    write_atomically(expected, write)


def answered(expected: Path) -> None:
    """Take note that what a file of `ask_for` asks for was drawn."""
    os.utime(expected, (ANSWERED, ANSWERED))


def forget(files: DrawnFiles, identity: dict[str, Any]) -> None:
    """Remove what earlier plans expected of a drawing: what they asked for is drawn, or was long ago."""
    wanted = files.expected(identity)
    long_ago = time.time() - FORGOTTEN_AFTER
    for other in wanted.parent.glob(f"{files.name}.{16 * '?'}.json"):
        if other == wanted:
            continue
        state = other.stat()
        if state.st_mtime == ANSWERED or state.st_ctime < long_ago:
            other.unlink(missing_ok=True)


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
    stamps = [stamp_of(path, key) for path, key in inputs]
    record = {
        "identity": expected,
        "files": {file.name: digest(file) for file in files.paths},
        "inputs": {stamp["key"]: stamp["sha256"] for stamp in stamps},
        "weakened": of_inputs(stamps),
        "seconds": round(seconds, 3),
        **circumstances(),
    }
    text = json.dumps(record, indent=1) + "\n"
    write_text_atomically(files.record, text)


def read_record(path: Path) -> dict[str, Any]:
    """What `write_record` wrote.

    Raises:
        BadArtefact: it is something else.
    """
    try:
        record = json.loads(path.read_text())
        record["identity"].items(), record["files"].items(), record["inputs"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadArtefact(path, "is no record of what was drawn", f"rm '{path}' and run again") from error
    return record


def altered(results: Path) -> list[str]:
    """One line for each drawn file below a folder that is not the one that was drawn last, and for each
    record that does not tell."""
    faults = []
    for record in sorted((results / ".drawn").glob("*/*.json")):
        folder = results / record.parent.name
        try:
            drawn = read_record(record)["files"]
        except BadArtefact as error:
            faults.append(str(error))
            continue
        for name, written in drawn.items():
            file = folder / name
            if not file.exists() or digest(file) != written:
                fault = BadArtefact(
                    file, "is not the file that was drawn last", "run again: it is drawn anew"
                )
                faults.append(str(fault))
    return faults


def provenance(path: Path) -> dict[str, Any]:
    """What made an artefact, from its stamp, or a drawn file, from its record; of a part of the cache, all
    of its stamps, by key.

    Raises:
        BadArtefact: nothing tells, what should is damaged, or the file is not what was written.
    """
    if is_part(path):
        return dict(check_part(path))
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
        made = read_record(record)
        written = made["files"].get(path.name)
    if not path.is_file():
        raise BadArtefact(path, "is missing", "run again")
    if written != digest(path):
        raise BadArtefact(path, "is not the file that was written last", "delete it and run again")
    return made
