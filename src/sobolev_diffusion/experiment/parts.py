"""Parts of the frozen cache: rows of many artefacts in one parquet file, and their stamps beside it.

    results/cache/evaluations/pendulum.0123456789abcdef.part.parquet   the rows, with the key of each
    results/cache/evaluations/pendulum.0123456789abcdef.part.json      a line for each artefact: its stamp

A part is written once and never changed: its name carries the digest of its stamps, which begin with that of
its rows. What is frozen later is another part, so that what two people froze merges without a conflict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sobolev_diffusion.experiment.keys import is_of_its_key
from sobolev_diffusion.files import BadArtefact, digest, partial_folder

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROWS, STAMPS = ".part.parquet", ".part.json"
KEY_COLUMN = "key"
REMEDY = "take it from git again"
_DIGITS = 16

Stamps = dict[str, dict[str, Any]]
"""Key -> stamp, in the order of the rows: what `stamps.write_stamp` wrote, and of its rows `columns`, `count`
and the digest, `rows`."""


def is_part(path: Path) -> bool:
    """Whether a file is the rows of a part, by its name."""
    return path.name.endswith(ROWS)


def stamps_path(part: Path) -> Path:
    """Where the stamps of a part lie."""
    return part.with_name(part.name.removesuffix(ROWS) + STAMPS)


def rows_path(stamps: Path) -> Path:
    """Where the rows lie that belong to the stamps of a part."""
    return stamps.with_name(stamps.name.removesuffix(STAMPS) + ROWS)


def write_part(folder: Path, name: str, rows: Mapping[str, pa.Table], stamps: Stamps) -> Path:
    """Write a part.

    Args:
        folder: of the parts of its stage.
        name: what its rows are of.
        rows: by key; columns of one name are of one type.
        stamps: by key.

    Returns:
        The file of its rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sobolev_diffusion.experiment.rows import rows_digest

    keys = sorted(rows)
    with_keys = [
        rows[key].add_column(0, KEY_COLUMN, pa.array([key] * len(rows[key]), pa.string())) for key in keys
    ]
    described = {
        key: {
            **stamps[key],
            "columns": rows[key].column_names,
            "count": len(rows[key]),
            "rows": rows_digest(rows[key]),
        }
        for key in keys
    }
    with partial_folder(folder, name) as made:
        written = made / "rows"
        table = pa.concat_tables(with_keys, promote_options="default")
        pq.write_table(table, written, compression="zstd", compression_level=19)
        text = _as_text(digest(written), described)
        part = folder / f"{name}.{_digits(text)}{ROWS}"
        (made / "stamps").write_text(text)
        for source, target in (("stamps", stamps_path(part)), ("rows", part)):
            (made / source).chmod(0o644)
            (made / source).replace(target)  # no rows without stamps at any moment
    return part


def _as_text(rows: str, stamps: Stamps) -> str:
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(each, sort_keys=True)}" for key, each in stamps.items()
    )
    return f'{{"sha256": "{rows}", "stamps": {{\n{lines}\n}}}}\n'


def _digits(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def read_stamps(part: Path) -> Stamps:
    """The stamps of a part.

    Raises:
        BadArtefact: they are missing, or not those that were written.
    """
    return _read(part)["stamps"]


def check_part(part: Path) -> Stamps:
    """Check that a part is what was frozen, byte for byte.

    Returns:
        Its stamps.

    Raises:
        BadArtefact: its rows or stamps are missing, or were altered.
    """
    if not part.is_file():
        raise BadArtefact(part, "is missing", REMEDY)
    manifest, state = _read(part), part.stat()
    if _digest(part, state.st_mtime_ns, state.st_size) != manifest["sha256"]:
        raise BadArtefact(part, "was altered after it was frozen", REMEDY)
    return manifest["stamps"]


def rows_of(part: Path, key: str) -> pd.DataFrame:
    """The rows of one artefact of a part.

    Raises:
        BadArtefact: there are none, or the part cannot be read.
    """
    from sobolev_diffusion.experiment.rows import as_frame

    return as_frame(table_of(part, key))


def table_of(part: Path, key: str) -> pa.Table:
    """As `rows_of`, as they are stored."""
    stamps, first = read_stamps(part), 0
    for each, stamp in stamps.items():
        if each == key:
            rows = _table(part, part.stat().st_mtime_ns).slice(first, stamp["count"])
            if len(rows) != stamp["count"] or not set(stamp["columns"]) <= set(rows.column_names):
                break
            return rows.select(stamp["columns"])
        first += stamp["count"]
    raise BadArtefact(part, f"has no rows of {key}", REMEDY)


def _read(part: Path) -> dict[str, Any]:
    stamps = stamps_path(part)
    try:
        state = stamps.stat()
        return _parsed(stamps, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error) if isinstance(error, OSError) else "they are not those that were written"
        raise BadArtefact(part, f"has no readable stamps ({reason})", REMEDY) from error


@lru_cache(maxsize=1024)
def _parsed(path: Path, changed: int, size: int) -> dict[str, Any]:
    text = path.read_text()
    if path.name.removesuffix(STAMPS).rsplit(".", 1)[-1] != _digits(text):
        raise ValueError("of another name")
    manifest = json.loads(text)
    if not all(key == stamp["key"] and is_of_its_key(stamp) for key, stamp in manifest["stamps"].items()):
        raise ValueError("of other settings")
    return {"sha256": manifest["sha256"], "stamps": manifest["stamps"]}


@lru_cache(maxsize=1024)
def _digest(path: Path, changed: int, size: int) -> str:
    return digest(path)


@lru_cache(maxsize=16)
def _table(path: Path, changed: int) -> pa.Table:
    from sobolev_diffusion.experiment.rows import read_rows

    return read_rows(path)
