"""Tidy tables on disk: parquet for results, CSV + Markdown + LaTeX for readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sobolev_diffusion.experiment.chain import LABELS
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


def labelled(table: pd.DataFrame, labels: dict[str, Any]) -> pd.DataFrame:
    """A table with a column for each label: of the artefact before its own columns, of the drawing behind."""
    own = table.drop(columns=[name for name in labels if name in table])
    columns = {name: value for name, value in labels.items() if name in LABELS}
    before = pd.DataFrame({name: [value] * len(own) for name, value in columns.items()}, index=own.index)
    added = {name: value for name, value in labels.items() if name not in LABELS}
    return pd.concat([before, own], axis=1).assign(**added)
