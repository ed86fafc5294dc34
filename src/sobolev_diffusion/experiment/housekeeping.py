"""What a run puts in order before its first job. Looking at the plan (`snakemake -n`) changes none of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.verify import walk
from sobolev_diffusion.figures import SECTIONS
from sobolev_diffusion.files import BadArtefact, abandoned

OURS = (*STAGES, *SECTIONS, ".drawn", ".expected", ".tasks")
"""Folders of the results that are written by jobs and by looking at the plan."""


def make_folder(results: Path) -> None:
    """Make the folder of the results, unless it is there.

    Raises:
        ConfigError: something else is there, or it cannot be written to.
    """
    try:
        results.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        there = next(each for each in (results, *results.parents) if each.is_file())
        raise ConfigError(f"config: results: {there} is a file, not a folder") from None
    except OSError as error:
        raise ConfigError(f"config: results: {results} cannot be made ({error.strerror})") from error
    if not os.access(results, os.W_OK | os.X_OK):
        raise ConfigError(f"config: results: {results} cannot be written to; name another folder")


def leftovers(results: Path, cache: Path) -> list[Path]:
    """What processes of this machine that were killed had not finished writing, where they write.

    Args:
        results: folder of the computed files.
        cache: folder of the frozen ones.
    """
    return [path for folder in _folders(results, cache) for path in abandoned(folder)]


def _folders(results: Path, cache: Path) -> Iterator[Path]:
    trees = [*(results / name for name in OURS), *(cache / name for name in STAGES)]
    flat = (folder for folder in (results, cache) if folder.is_dir())
    return iter([*flat, *(folder for tree in trees for folder, _ in walk(tree))])


def settle_times(results: Path) -> None:
    """Set the times of computed files that lie in the future to now.

    Snakemake takes what a job writes for older than such an input, and the job for failed.

    Raises:
        BadArtefact: one belongs to somebody else.
    """
    now = time.time()
    for stage in STAGES:
        for folder, names in walk(results / stage):
            for path in (folder / name for name in names):
                if path.stat().st_mtime > now:
                    _touch(path)


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except PermissionError as error:
        raise BadArtefact(
            path, "is from the future and not yours", f"ask its owner to touch {path}"
        ) from error
