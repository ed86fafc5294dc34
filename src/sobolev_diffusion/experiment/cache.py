"""The frozen cache: artefacts that are kept in git, named by key. `freeze` is its only writer."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import check, stamp_path
from sobolev_diffusion.files import write_atomically


def place_of(artefact: Artefact, results: Path, cache: Path | None) -> Path:
    """Where an artefact is read from: its frozen copy where there is one, else where it is computed to.

    Times that were measured here count before those that are frozen, which are another machine's.

    Args:
        artefact: which.
        results: folder of the computed files.
        cache: folder of the frozen ones; none: they do not count.
    """
    computed = results / artefact.file
    if cache is None or (STAGES[artefact.stage].alone and computed.exists()):
        return computed
    frozen = cache / artefact.cached_file
    return frozen if frozen.exists() else computed


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
        _copy(source, target)
        frozen.append(target)
    return frozen


def restore(source: Path, key: str, target: Path) -> None:
    """Copy a frozen artefact and its stamp to where the computed one belongs.

    Raises:
        BadArtefact: the frozen file is missing, altered, or another artefact.
    """
    check(source, key)
    _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    for path, copy in ((stamp_path(source), stamp_path(target)), (source, target)):
        write_atomically(copy, partial(shutil.copyfile, path))
