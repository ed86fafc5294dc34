"""From artefacts to a figure, a table or an animation on disk."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import TypeAdapter

from sobolev_diffusion.config import AnimationConfig, FigureConfig, TableConfig
from sobolev_diffusion.experiment.parquet import read_parquet
from sobolev_diffusion.experiment.provenance import Drawing, read_expected, write_record
from sobolev_diffusion.experiment.stamps import check, read_stamp
from sobolev_diffusion.figures import (
    action_length_table,
    action_lengths,
    iterations,
    sample_efficiency,
    sample_efficiency_table,
    solutions,
    summary_table,
    timing_table,
    to_alone_table,
    top_views,
    trajectories_needed_table,
    variants_table,
)
from sobolev_diffusion.figures.save import save_figure, write_for_readers
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.files import BadArtefact

if TYPE_CHECKING:
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.base import Task

Labelled = Sequence[tuple[Path, str, dict[str, Any]]]
"""Files, the key each must have, and the labels of its rows: a frozen file may serve under several names."""

FIGURES = {
    "sample_efficiency": sample_efficiency.draw,
    "iterations": iterations.draw,
    "action_lengths": action_lengths.draw,
    "top_views": top_views.draw,
    "solutions": solutions.draw,
}
"""kind -> (rows, its settings, style) -> the figure and what is drawn in it."""

TABLES = {
    "sample_efficiency": sample_efficiency_table.make,
    "timing": timing_table.make,
    "action_lengths": action_length_table.make,
    "variants": variants_table.make,
    "trajectories_needed": trajectories_needed_table.make,
    "summary": summary_table.make,
    "to_alone": to_alone_table.make,
}
"""kind -> (rows, its settings, style) -> a table of text cells."""


def draw(drawing: Drawing, expected: dict[str, Any], inputs: Sequence[Path], style: Path) -> None:
    """Draw a figure (.pdf, .png, .csv of what is drawn), a table (.md, .csv, .tex) or an animation (.html).

    Args:
        drawing: the files to write.
        expected: their identity, see `drawings.identity`.
        inputs: the files to draw from, in the order of its artefacts.
        style: config/plotting.yaml.

    Raises:
        BadArtefact: an input is missing, altered, or belongs to other settings.
    """
    start = time.perf_counter()
    settings, stem = expected["settings"], drawing.files[0].with_suffix("")
    artefacts = [
        (path, key, labels) for path, (key, labels) in zip(inputs, expected["artefacts"], strict=True)
    ]
    if drawing.section == "figures":
        figure = TypeAdapter(FigureConfig).validate_python(settings)
        rows = _tidy_solutions(artefacts, figure.count) if figure.kind == "solutions" else _read(artefacts)
        save_figure(stem, *FIGURES[figure.kind](rows, figure, Style.load(style)))
    elif drawing.section == "tables":
        table = TypeAdapter(TableConfig).validate_python(settings)
        write_for_readers(stem, TABLES[table.kind](_read(artefacts), table, Style.load(style)), table.caption)
    else:
        from sobolev_diffusion.figures.animation import animate  # needs the task: not for the others

        spec = AnimationConfig(**settings)
        ((path, key, _),) = artefacts
        animate(*read_solutions(path, key), spec.title, spec.count, drawing.files[0])
    read = [(path, key) for path, key, _ in artefacts]
    write_record(drawing, expected, read, time.perf_counter() - start)


def draw_or_exit(drawing: Drawing, expected: Path, inputs: Sequence[Path], style: Path) -> None:
    """`draw` what the file `expected` asks for, in its own process: a bad input ends it with one line."""
    try:
        draw(drawing, read_expected(expected), inputs, style)
    except BadArtefact as error:
        sys.exit(str(error))


def _tidy_solutions(artefacts: Labelled, count: int) -> pd.DataFrame:
    from sobolev_diffusion.figures.trajectories import tidy  # needs the task: not for other figures

    return pd.concat(
        [tidy(*read_solutions(path, key), count) for path, key, _ in artefacts], ignore_index=True
    )


def _read(artefacts: Labelled) -> pd.DataFrame:
    frames = []
    for path, key, labels in artefacts:
        check(path, key)
        frames.append(read_parquet(path).assign(**labels))
    return pd.concat(frames, ignore_index=True)


def read_solutions(path: Path, key: str) -> tuple[Task, Demonstrations]:
    """The task that the stamp of a block of demonstrations names, and its converged runs (all if none is).

    Raises:
        BadArtefact: the file is missing, altered, or belongs to other settings.
    """
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.registry import task_from_settings

    check(path, key)
    runs = Demonstrations.load(path)
    return task_from_settings(read_stamp(path)["settings"]["task"]), runs.take(
        runs.converged if runs.converged.any() else runs.error == ""
    )
