"""Tidy tables on disk: parquet for results, CSV + Markdown + LaTeX for readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sobolev_diffusion.files import BadArtefact, write_atomically


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table; the same table gives the same bytes."""
    write_atomically(path, lambda partial: table.to_parquet(partial, index=False, compression="zstd"))


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table.

    Raises:
        BadArtefact: the file is missing, truncated, or not a table.
    """
    try:
        return pd.read_parquet(path)
    except Exception as error:
        raise BadArtefact(path, f"is not a table ({error})", "evaluate again") from error


def write_labelled(path: Path, labels: dict[str, Any], table: pd.DataFrame) -> None:
    """Write a table with a column for each label before its own."""
    columns = pd.DataFrame({name: [value] * len(table) for name, value in labels.items()})
    write_parquet(path, pd.concat([columns, table], axis=1))
