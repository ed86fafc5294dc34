"""Rows of a table, whatever file they lie in: the same rows have the same digest."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sobolev_diffusion.files import BadArtefact


def read_rows(path: Path, without: Iterable[str] = ()) -> pa.Table:
    """The rows of a parquet file, without some columns, where there are such.

    Raises:
        BadArtefact: the file is missing, truncated, or not a table.
    """
    try:
        table = pq.read_table(path)
        table.validate(full=True)
        left = [name for name in table.column_names if name not in set(without)]
    except Exception as error:
        raise BadArtefact(path, f"is not a table ({error})", "compute it again") from error
    return table.select(left).replace_schema_metadata(None)


def rows_digest(table: pa.Table) -> str:
    """sha256 of names, types and values of the columns, in order.

    Values are those of numbers, truth values and texts; one that is missing is told apart from all others.
    """
    found = sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        values = column.combine_chunks()
        present = np.packbits(np.asarray(values.is_valid()))
        found.update(f"{name}\0{column.type}\0{len(values)}\0".encode())
        found.update(present.tobytes())
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            for text in values.to_pylist():
                found.update(f"{len(text or '')}\0{text or ''}".encode())
        elif not pa.types.is_null(column.type):
            filled = values.fill_null(False if pa.types.is_boolean(column.type) else 0)
            found.update(np.ascontiguousarray(filled.to_numpy(zero_copy_only=False)).tobytes())
    return found.hexdigest()


def as_frame(table: pa.Table) -> pd.DataFrame:
    """The rows for pandas; whole numbers stay whole where some are missing."""
    frame = table.to_pandas()
    for field in table.schema:
        if pa.types.is_integer(field.type) and table[field.name].null_count:
            frame[field.name] = table[field.name].to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame
