"""The frozen cache: artefacts that are kept in git, named by key. `freeze` is its only writer."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from sobolev_diffusion.plan import SUFFIX, Artefact
from sobolev_diffusion.store import BadArtefact, check, stamp_path, write_atomically


def freeze(artefacts: Iterable[Artefact], results: Path, cache: Path) -> list[Path]:
    """Copy computed artefacts and their stamps into the cache; what is there already stays.

    Args:
        artefacts: what to freeze; those that are not computed are left out.
        results: folder of the computed files.
        cache: folder of the frozen ones.

    Returns:
        The new files.

    Raises:
        BadArtefact: a computed file was altered.
    """
    frozen = []
    for artefact in artefacts:
        source, target = results / artefact.file, cache / artefact.cached_file
        if target.exists() or not source.exists():
            continue
        check(source, artefact.key)
        for path, copy in ((stamp_path(source), stamp_path(target)), (source, target)):
            write_atomically(copy, lambda partial, path=path: shutil.copyfile(path, partial))
        frozen.append(target)
    return frozen


def key_in_name(path: Path) -> str:
    """The key that a file's name carries: before the suffix, after the last other dot."""
    return path.name.removesuffix(path.suffix).rsplit(".", 1)[-1]


def verify(folders: Sequence[Path]) -> int:
    """Check every artefact below the folders against its stamp and its name.

    Returns:
        How many were checked.

    Raises:
        BadArtefact: the first that is altered, misplaced, without a stamp, or a stamp without its file.
    """
    checked = 0
    for folder in folders:
        for stage, suffix in SUFFIX.items():
            for path in sorted((folder / stage).rglob(f"*{suffix}")):
                check(path, key_in_name(path))
                checked += 1
            for stamp in sorted((folder / stage).rglob("*.stamp.json")):
                if not stamp.with_name(stamp.name.removesuffix(".stamp.json")).exists():
                    raise BadArtefact(stamp, "belongs to a file that is gone", "delete it")
    return checked
