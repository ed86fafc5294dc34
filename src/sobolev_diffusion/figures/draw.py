"""From evaluation files to a figure or a table on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sobolev_diffusion.config import FigureConfig
from sobolev_diffusion.figures import sample_efficiency, sample_efficiency_table
from sobolev_diffusion.figures.style import Style, save_figure
from sobolev_diffusion.store import check
from sobolev_diffusion.tables import read_parquet, write_for_readers

Keyed = Sequence[tuple[Path, str]]
"""Files and the key each must have."""


def draw(settings: FigureConfig, task: str, evaluations: Keyed, style: Path, stem: Path) -> None:
    """Draw a figure as stem.pdf, stem.png, and stem.csv (what is drawn).

    Raises:
        BadArtefact: an evaluation is missing, altered, or belongs to other settings.
    """
    summary = sample_efficiency.summarise(_read(evaluations))
    drawn = pd.concat(
        sample_efficiency.at_action_length(summary, length).assign(panel=length)
        for length in settings.action_lengths
    )
    figure = sample_efficiency.plot(
        summary,
        Style.load(style),
        task,
        list(settings.action_lengths),
        settings.cost_limit,
    )
    save_figure(stem, figure, drawn)


def tabulate(settings: FigureConfig, evaluations: Keyed, style: Path, stem: Path) -> None:
    """Write the numbers of a figure, at every T_a, as stem.md, stem.csv and stem.tex.

    Raises:
        BadArtefact: see `draw`.
    """
    table = sample_efficiency_table.make(_read(evaluations), Style.load(style))
    write_for_readers(stem, table, settings.caption)


def _read(evaluations: Keyed) -> pd.DataFrame:
    frames = []
    for path, key in evaluations:
        check(path, key)
        frames.append(read_parquet(path))
    return pd.concat(frames, ignore_index=True)
