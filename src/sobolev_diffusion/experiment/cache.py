"""The frozen cache: artefacts that are kept in git. `freeze` is its only writer.

Tables lie in parts, many together; what is no table lies in a file of its own, which is named by its key.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.parts import ROWS, Stamps, is_part, read_stamps, rows_of, write_part
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import check, put_stamp, stamp_path
from sobolev_diffusion.files import digest, write_atomically

if TYPE_CHECKING:
    import pyarrow as pa

OF_A_PART = ("columns", "count")
"""What stamps in a part say besides those of a file of its own."""

CACHE = Path("results/cache")
"""The folder of frozen artefacts, from that of the project on."""


class Cache:
    """The artefacts that are frozen in a folder when it is first asked.

    Args:
        folder: as in results/cache.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, artefact: Artefact) -> Path | None:
        """The file that holds an artefact; none where it is not frozen.

        Raises:
            BadArtefact: the stamps of a part cannot be read.
        """
        if artefact.settings.stage.is_table:
            return self._parts[artefact.stage].get(artefact.key)
        path = self.folder / artefact.frozen_file
        return path if path.exists() else None

    def find(self, key: str) -> Path | None:
        """The file that holds the artefact of a key, whatever its stage."""
        for stage in STAGES.values():
            alone = self.folder / stage.name / f"{key}{stage.suffix}"
            place = self._parts[stage.name].get(key) if stage.is_table else alone
            if place is not None and place.exists():
                return place
        return None

    @cached_property
    def _parts(self) -> dict[str, dict[str, Path]]:
        """Stage -> key -> part; of a key in several, the one that was computed last."""
        found: dict[str, dict[str, Path]] = {}
        for stage in (each.name for each in STAGES.values() if each.is_table):
            latest: dict[str, tuple[str, Path]] = {}
            for part in sorted((self.folder / stage).glob(f"[!.]*{ROWS}")):
                for key, stamp in read_stamps(part).items():
                    latest[key] = max(latest.get(key, ("", part)), (stamp["finished"], part))
            found[stage] = {key: part for key, (_, part) in latest.items()}
        return found


def place_of(artefact: Artefact, results: Path, cache: Cache | None) -> Path:
    """Where an artefact is read from: its frozen copy where there is one, else where it is computed to.

    Times that were measured here count before those that are frozen, which are another machine's.

    Args:
        artefact: which.
        results: folder of the computed files.
        cache: the frozen ones; none: they do not count.
    """
    computed = results / artefact.file
    if cache is None or (artefact.settings.stage.alone and computed.exists()):
        return computed
    return cache.place(artefact) or computed


def freeze(artefacts: Iterable[Artefact], results: Path, cache: Cache) -> list[Path]:
    """Put computed artefacts and their stamps into the cache; what is there already stays.

    Times that were measured again are frozen again: the later ones count.

    Args:
        artefacts: what to freeze; those that are not computed are left out.
        results: folder of the computed files.
        cache: the frozen ones.

    Returns:
        The new files.

    Raises:
        BadArtefact: a computed file was altered.
    """
    frozen, tables = [], _Tables()
    for artefact in artefacts:
        source, stage = results / artefact.file, artefact.settings.stage
        place = cache.place(artefact)
        if not source.exists() or (place is not None and not stage.alone):
            continue
        stamp = check(source, artefact.key)
        if stage.is_table:
            tables.add(artefact, source, stamp, place)
        else:
            frozen.append(cache.folder / artefact.frozen_file)
            _copy(source, frozen[-1])
    return [*frozen, *tables.write(cache.folder)]


class _Tables:
    """Rows to freeze, in a part for each stage and task: an artefact may serve several experiments."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str, int], tuple[dict[str, pa.Table], Stamps]] = {}

    def add(self, artefact: Artefact, source: Path, stamp: dict[str, Any], frozen: Path | None) -> None:
        """Rows without labels, which are joined when they are drawn: one file may serve under several."""
        from sobolev_diffusion.experiment.rows import read_rows, rows_digest

        rows = read_rows(source, without=artefact.labels)
        if frozen is not None and read_stamps(frozen)[artefact.key]["rows"] == rows_digest(rows):
            return
        number = 0
        while True:
            place = artefact.stage, artefact.labels["task"], number
            together, stamps = self._parts.setdefault(place, ({}, {}))
            if all(_fit(rows, other) for other in together.values()):
                together[artefact.key], stamps[artefact.key] = rows, stamp
                return
            number += 1  # a column of another type

    def write(self, folder: Path) -> list[Path]:
        """Write the parts below a folder."""
        return [
            write_part(folder / stage, task, rows, stamps)
            for (stage, task, _), (rows, stamps) in self._parts.items()
        ]


def _fit(rows: pa.Table, other: pa.Table) -> bool:
    """Whether columns of the same name are of the same type."""
    types = {field.name: field.type for field in other.schema}
    return all(types.get(field.name, field.type) == field.type for field in rows.schema)


def restore(source: Path, key: str, target: Path) -> None:
    """Copy a frozen artefact and its stamp to where the computed one belongs.

    Raises:
        BadArtefact: the frozen file is missing, altered, or another artefact.
    """
    stamp = check(source, key)
    if not is_part(source):
        _copy(source, target)
        return
    from sobolev_diffusion.experiment.parquet import write_parquet

    own = {name: value for name, value in stamp.items() if name not in OF_A_PART}

    def write(path: Path) -> None:
        write_parquet(path, rows_of(source, key))
        put_stamp(target, {**own, "sha256": digest(path)})

    write_atomically(target, write)


def _copy(source: Path, target: Path) -> None:
    for path, copy in ((stamp_path(source), stamp_path(target)), (source, target)):
        write_atomically(copy, partial(shutil.copyfile, path))
