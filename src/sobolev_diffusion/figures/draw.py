"""From evaluation and timing files to a figure or a table on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from sobolev_diffusion.config import FigureConfig, TableConfig
from sobolev_diffusion.figures import (
    action_length_table,
    iterations,
    sample_efficiency,
    sample_efficiency_table,
    solutions,
    timing_table,
    to_alone_table,
)
from sobolev_diffusion.figures.style import Style, save_figure
from sobolev_diffusion.store import check
from sobolev_diffusion.tables import read_parquet, write_for_readers

Labelled = Sequence[tuple[Path, str, dict[str, Any]]]
"""Files, the key each must have, and the labels of its rows: a frozen file may serve under several names."""

FIGURES = {
    "sample_efficiency": sample_efficiency.draw,
    "iterations": iterations.draw,
    "solutions": solutions.draw,
}
"""kind -> (rows, its settings, style) -> the figure and what is drawn in it."""

TABLES = {
    "sample_efficiency": sample_efficiency_table.make,
    "timing": timing_table.make,
    "action_lengths": action_length_table.make,
    "to_alone": to_alone_table.make,
}
"""kind -> (rows, its settings, style) -> a table of text cells."""


def draw(settings: dict[str, Any], artefacts: Labelled, style: Path, stem: Path) -> None:
    """Draw a figure as stem.pdf, stem.png, and stem.csv (what is drawn).

    Raises:
        BadArtefact: an input is missing, altered, or belongs to other settings.
    """
    spec = TypeAdapter(FigureConfig).validate_python(settings)
    rows = _read_solutions(artefacts, spec.count) if spec.kind == "solutions" else _read(artefacts)
    figure, drawn = FIGURES[spec.kind](rows, spec, Style.load(style))
    save_figure(stem, figure, drawn)


def tabulate(settings: dict[str, Any], artefacts: Labelled, style: Path, stem: Path) -> None:
    """Write a table as stem.md, stem.csv and stem.tex.

    Raises:
        BadArtefact: see `draw`.
    """
    spec = TypeAdapter(TableConfig).validate_python(settings)
    write_for_readers(stem, TABLES[spec.kind](_read(artefacts), spec, Style.load(style)), spec.caption)


def _read_solutions(artefacts: Labelled, count: int) -> pd.DataFrame:
    from sobolev_diffusion.pictures import read_solutions, tidy  # needs the task: not for other figures

    return pd.concat([tidy(*read_solutions(*each), count) for *each, _ in artefacts], ignore_index=True)


def _read(artefacts: Labelled) -> pd.DataFrame:
    frames = []
    for path, key, labels in artefacts:
        check(path, key)
        frames.append(read_parquet(path).assign(**labels))
    return pd.concat(frames, ignore_index=True)
