"""Is every artefact on disk the one that its name and its stamp say?"""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sobolev_diffusion.experiment.circumstances import git
from sobolev_diffusion.experiment.keys import KEY_LENGTH
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import STAMP_SUFFIX, check, stamp_path
from sobolev_diffusion.files import BadArtefact, write_text_atomically

KEY = re.compile(f"[0-9a-f]{{{KEY_LENGTH}}}")
NOT_RECORDED = "not recorded"
SETTLED = 2.0  # s; what changed more recently might change again within the resolution of file times

State = list[int]
"""What changes when a file does: its size, mtime, ctime (no tool can set it back) and inode."""


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        checked: how many artefacts were looked at.
        faults: a line for each.
        kernels: how many of those that were read were computed with which instruction set of the kernels.
    """

    checked: int
    faults: list[str]
    kernels: Counter[str]


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
    kernels: Counter[str] = Counter()
    for folder in (results, cache):
        for path in _artefacts(folder):
            checked += 1
            state = _state(path)
            if state is not None and known.get(str(path)) == state:
                intact[str(path)] = state
                continue
            try:
                kernels[check(path, key_in_name(path)).get("kernels", NOT_RECORDED)] += 1
            except BadArtefact as fault:
                faults.append(str(BadArtefact(path, fault.problem, _remedy(path, folder == cache))))
                continue
            if state is not None and _settled(state) and state == _state(path):
                intact[str(path)] = state
    for stamp in _files(cache, (STAMP_SUFFIX,)):
        if not stamp.with_name(stamp.name.removesuffix(STAMP_SUFFIX)).exists():
            faults.append(str(BadArtefact(stamp, "belongs to a file that is gone", f"rm {stamp}")))
    if ledger is not None and intact != known:
        text = json.dumps(intact)
        write_text_atomically(ledger, text)
    return Verified(checked, faults, kernels)


def _remedy(path: Path, frozen: bool) -> str:
    remove = f"rm {shlex.quote(str(path))}*"
    if not frozen:
        return f"{remove} and run again"
    stray = not KEY.fullmatch(path.stem) or git(path.parent, "ls-files", "--others", path.name)
    return remove if stray else f"git checkout -- '{path}*'"


def key_in_name(path: Path) -> str:
    """The key that a file's name carries: before the suffix, after the last other dot."""
    return path.name.removesuffix(path.suffix).rsplit(".", 1)[-1]


def _artefacts(folder: Path) -> Iterator[Path]:
    for stage in STAGES.values():
        yield from _files(folder / stage.name, (stage.suffix,))


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    return sorted(
        parent / name
        for parent, names in walk(folder)
        for name in names
        if name.endswith(suffixes) and not name.startswith(".")
    )


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every folder below one, and behind links, with the names of its files; each folder once."""
    seen: set[str] = set()
    for directory, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(directory)
        if real in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(real)
        yield Path(directory), names


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
