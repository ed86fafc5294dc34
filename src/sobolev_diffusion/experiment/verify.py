"""Is every artefact on disk the one that its name and its stamp say?"""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypedDict

from sobolev_diffusion.experiment.circumstances import git
from sobolev_diffusion.experiment.keys import KEY_LENGTH
from sobolev_diffusion.experiment.parts import ROWS, STAMPS, check_part, is_part, rows_path, stamps_path
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import STAMP_SUFFIX, check, stamp_path
from sobolev_diffusion.files import BadArtefact, write_text_atomically

KEY = re.compile(f"[0-9a-f]{{{KEY_LENGTH}}}")
NOT_RECORDED = "not recorded"
SETTLED = 2.0  # s; what changed more recently might change again within the resolution of file times

State = list[int]
"""What changes when a file does: its size, mtime, ctime (no tool can set it back) and inode."""


class Known(TypedDict):
    """What the ledger remembers of a file that was intact."""

    state: list[State]
    artefacts: int


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        checked: how many artefacts were looked at.
        faults: a line for each.
        kernels: how many of those that were read were computed with which instruction set of the kernels.
        commits: and by the code of which commit.
    """

    checked: int
    faults: list[str]
    kernels: Counter[str]
    commits: Counter[str]


def verify(results: Path, cache: Path, ledger: Path | None = None) -> Verified:
    """Check every artefact of both folders against its stamp and its name.

    A stamp without its file, and what is no artefact, are faults in the cache only: among the results a
    killed job leaves the first, and the next run overwrites it.

    Args:
        results: folder of the computed files.
        cache: folder of the frozen ones.
        ledger: file that remembers what was found intact; files that have not changed since are not read
            again. None: read everything.
    """
    known = _read_ledger(ledger)
    intact: dict[str, Known] = {}
    faults = []
    checked = 0
    kernels: Counter[str] = Counter()
    commits: Counter[str] = Counter()
    for each in (*_computed(results), *_frozen(cache)):
        state = _state(each)
        before = known.get(str(each.path))
        if state is not None and before is not None and before["state"] == state:
            intact[str(each.path)] = before
            checked += before["artefacts"]
            continue
        try:
            stamps = each.check()
        except BadArtefact as fault:
            faults.append(str(BadArtefact(each.path, fault.problem, each.remedy())))
            checked += 1
            continue
        checked += len(stamps)
        kernels.update(stamp.get("kernels", NOT_RECORDED) for stamp in stamps)
        commits.update(stamp.get("commit", NOT_RECORDED) for stamp in stamps)
        if state is not None and _settled(state) and state == _state(each):
            intact[str(each.path)] = {"state": state, "artefacts": len(stamps)}
    if ledger is not None and intact != known:
        write_text_atomically(ledger, json.dumps(intact))
    return Verified(checked, faults, kernels, commits)


@dataclass(frozen=True)
class _File:
    """One file to look at: the other that it goes with, its stamps if it is intact, what to do if not."""

    path: Path
    beside: Path
    check: Callable[[], Sequence[Mapping[str, Any]]]
    remedy: Callable[[], str]


def _computed(results: Path) -> Iterator[_File]:
    for stage in STAGES.values():
        for path in _files(results / stage.name):
            if path.name.endswith(stage.suffix):
                yield _alone(path, partial("{} and run again".format, _removed(path)))


def _frozen(cache: Path) -> Iterator[_File]:
    for stage in STAGES.values():
        for path in _files(cache / stage.name):
            remedy = partial(_in_git, path)
            if stage.is_table and is_part(path):
                yield _File(path, stamps_path(path), partial(_part, path), remedy)
            elif stage.is_table and path.name.endswith(STAMPS):
                if not rows_path(path).exists():
                    yield _bad(path, "belongs to a file that is gone", remedy)
            elif path.name.endswith(STAMP_SUFFIX):
                if not path.with_name(path.name.removesuffix(STAMP_SUFFIX)).exists():
                    yield _bad(path, "belongs to a file that is gone", partial(_removed, path, ""))
            elif not stage.is_table and path.name.endswith(stage.suffix):
                yield _alone(path, remedy)
            else:
                yield _bad(path, "is nothing that was frozen", partial(_removed, path))


def _alone(path: Path, remedy: Callable[[], str]) -> _File:
    return _File(path, stamp_path(path), lambda: [check(path, key_in_name(path))], remedy)


def _part(path: Path) -> list[Mapping[str, Any]]:
    return list(check_part(path).values())


def _bad(path: Path, problem: str, remedy: Callable[[], str]) -> _File:
    def fail() -> NoReturn:
        raise BadArtefact(path, problem, "")

    return _File(path, path, fail, remedy)


def _in_git(path: Path) -> str:
    """How to get a frozen file back; how to be rid of it where it was never one."""
    known = KEY.fullmatch(path.stem) or path.name.endswith((ROWS, STAMPS))
    if not known or git(path.parent, "ls-files", "--others", path.name):
        return _removed(path)
    return f"git checkout -- '{path.with_name(path.name.split(ROWS)[0].split(STAMPS)[0])}*'"


def _removed(path: Path, and_its_stamp: str = "*") -> str:
    return f"rm {shlex.quote(str(path))}{and_its_stamp}"


def key_in_name(path: Path) -> str:
    """The key that a file's name carries: before the suffix, after the last other dot."""
    return path.name.removesuffix(path.suffix).rsplit(".", 1)[-1]


def _files(folder: Path) -> list[Path]:
    return sorted(
        parent / name for parent, names in walk(folder) for name in names if not name.startswith(".")
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


def _state(file: _File) -> list[State] | None:
    """Of a file and the one that it goes with; none where one is missing."""
    try:
        found = [os.stat(file.path), os.stat(file.beside)]
    except OSError:
        return None
    return [[each.st_size, each.st_mtime_ns, each.st_ctime_ns, each.st_ino] for each in found]


def _settled(state: list[State]) -> bool:
    return all(time.time() - ctime / 1e9 > SETTLED for _, _, ctime, _ in state)


def _read_ledger(ledger: Path | None) -> dict[str, Known]:
    try:
        content = json.loads(ledger.read_text()) if ledger else {}
        return {
            path: Known(state=each["state"], artefacts=int(each["artefacts"]))
            for path, each in content.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
