"""Is every artefact on disk the one that its name and its stamp say?"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import STAMP_SUFFIX, check, stamp_path
from sobolev_diffusion.files import BadArtefact, write_text_atomically

SETTLED = 2.0  # s; what changed more recently might change again within the resolution of file times

State = list[int]
"""What changes when a file does: its size, mtime, ctime (no tool can set it back) and inode."""


@dataclass(frozen=True)
class Verified:
    """How many artefacts were looked at, and one line for each fault."""

    checked: int
    faults: list[str]


def verify(results: Path, cache: Path, ledger: Path | None = None) -> Verified:
    """Check every artefact of both folders against its stamp and its name.

    A stamp without its file is a fault in the cache only: among the results a killed job leaves one, and the
    next run overwrites it.

    Args:
        results: folder of the computed files.
        cache: folder of the frozen ones.
        ledger: file that remembers what was found intact; files that have not changed since are not read
            again. None: read everything.
    """
    known = _read_ledger(ledger)
    intact: dict[str, list[State]] = {}
    faults = []
    checked = 0
    for folder in (results, cache):
        for path in _artefacts(folder):
            checked += 1
            state = _state(path)
            if state is not None and known.get(str(path)) == state:
                intact[str(path)] = state
                continue
            try:
                check(path, key_in_name(path))
            except BadArtefact as fault:
                remedy = f"git checkout -- '{path}*'" if folder == cache else f"rm {path}* and run again"
                faults.append(str(BadArtefact(path, fault.problem, remedy)))
                continue
            if state is not None and _settled(state) and state == _state(path):
                intact[str(path)] = state
    for stamp in _files(cache, (STAMP_SUFFIX,)):
        if not stamp.with_name(stamp.name.removesuffix(STAMP_SUFFIX)).exists():
            faults.append(str(BadArtefact(stamp, "belongs to a file that is gone", f"rm {stamp}")))
    if ledger is not None and intact != known:
        text = json.dumps(intact)
        write_text_atomically(ledger, text)
    return Verified(checked, faults)


def key_in_name(path: Path) -> str:
    """The key that a file's name carries: before the suffix, after the last other dot."""
    return path.name.removesuffix(path.suffix).rsplit(".", 1)[-1]


def leftovers(results: Path) -> list[Path]:
    """Partial files of jobs that were killed while they wrote."""
    return [path for path in _walk(results) if path.name.startswith(".") and path.name.endswith(".partial")]


def _artefacts(folder: Path) -> Iterator[Path]:
    for stage in STAGES.values():
        yield from _files(folder / stage.name, (stage.suffix,))


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    return sorted(p for p in _walk(folder) if p.name.endswith(suffixes) and not p.name.startswith("."))


def _walk(folder: Path) -> Iterator[Path]:
    for directory, _, names in os.walk(folder):
        yield from (Path(directory, name) for name in names)


def _state(path: Path) -> list[State] | None:
    """Of an artefact and its stamp; none where one is missing."""
    try:
        found = [os.stat(path), os.stat(stamp_path(path))]
    except OSError:
        return None
    return [[each.st_size, each.st_mtime_ns, each.st_ctime_ns, each.st_ino] for each in found]


def _settled(state: list[State]) -> bool:
    return all(time.time() - ctime / 1e9 > SETTLED for _, _, ctime, _ in state)


def _read_ledger(ledger: Path | None) -> dict[str, list[State]]:
    try:
        content = json.loads(ledger.read_text()) if ledger else {}
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
