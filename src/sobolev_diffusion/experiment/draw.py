"""From artefacts to a figure, a table or an animation on disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sobolev_diffusion.experiment.circumstances import PACKAGE
from sobolev_diffusion.experiment.ending import fail
from sobolev_diffusion.experiment.parquet import labelled, read_parquet
from sobolev_diffusion.experiment.parts import is_part, rows_of
from sobolev_diffusion.experiment.provenance import (
    DrawnFiles,
    answered,
    drawing_code,
    read_expected,
    write_record,
)
from sobolev_diffusion.experiment.stamps import check, trusted_settings
from sobolev_diffusion.experiment.task_identity import TaskIdentity
from sobolev_diffusion.experiment.user_tasks import check_unchanged
from sobolev_diffusion.figures import from_settings
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.files import BadArtefact, digest, partial_folder

if TYPE_CHECKING:
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.base import Task


@dataclass(frozen=True)
class CheckedInputs:
    """The files of a drawing's artefacts (`figures.results.Inputs`).

    Attributes:
        sources: the file that holds each, its key, and the labels of its rows: what is frozen may serve under
            several names.
    """

    sources: Sequence[tuple[Path, str, dict[str, Any]]]

    def rows(self) -> pd.DataFrame:
        """The rows of all of them, each with its labels.

        Raises:
            BadArtefact: one is no table.
        """
        return pd.concat(
            [labelled(_rows(path, key), labels) for path, key, labels in self.sources], ignore_index=True
        )

    def solutions(self) -> list[tuple[Task, Demonstrations]]:
        """The task that each one's stamp names, and its converged runs (all if none is).

        Raises:
            BadArtefact: the stamp names another task than the configuration, or a file of it was edited.
        """
        return [_solutions(path) for path, _, _ in self.sources]


def _rows(path: Path, key: str) -> pd.DataFrame:
    return rows_of(path, key) if is_part(path) else read_parquet(path)


def _solutions(path: Path) -> tuple[Task, Demonstrations]:
    from sobolev_diffusion.solver.demonstrations import Demonstrations  # the solver: not for tables

    runs = Demonstrations.load(path)
    identity = TaskIdentity.model_validate(trusted_settings(path)["task"])
    task = identity.make()
    check_unchanged(identity)
    return task, runs.take(runs.converged if runs.converged.any() else runs.error == "")


def draw(files: DrawnFiles, expected: dict[str, Any], inputs: Sequence[Path], style: Path) -> None:
    """Draw a figure, a table or an animation, and record what it shows.

    Args:
        files: to write.
        expected: their identity, see `provenance.identity`.
        inputs: the files to draw from, in the order of its artefacts.
        style: config/plotting.yaml.

    Raises:
        BadArtefact: an input is missing, altered, or belongs to other settings; style or code were edited
            since it was asked for. What was drawn before then stays as it is.
    """
    start = time.perf_counter()
    artefacts = list(zip(inputs, expected["artefacts"], strict=True))
    _check(expected, inputs, style)
    checked = CheckedInputs([(path, key, labels) for path, (key, labels) in artefacts])
    drawing = from_settings(files.section, expected["settings"])
    with partial_folder(files.record.parent, files.name) as folder:
        drawing.write(folder / files.name, checked, Style.load(style))
        _check(expected, inputs, style)
        files.stem.parent.mkdir(parents=True, exist_ok=True)
        for path in files.paths:
            (folder / path.name).replace(path)
    read = [(path, key) for path, (key, _) in artefacts]
    write_record(files, expected, read, time.perf_counter() - start)


def _check(expected: dict[str, Any], inputs: Sequence[Path], style: Path) -> None:
    """What is drawn with and from is what was expected, before and after."""
    for path, (key, _) in zip(inputs, expected["artefacts"], strict=True):
        check(path, key)
    if digest(style) != expected["style"]:
        raise BadArtefact(style, "is not as it was when the run was planned", "run again")
    if drawing_code() != expected["code"]:
        raise BadArtefact(PACKAGE, "does not draw as it did when the run was planned", "run again")


def draw_or_exit(files: DrawnFiles, expected: Path, inputs: Sequence[Path], style: Path) -> None:
    """`draw` what the file `expected` asks for, in its own process: a bad input ends it with one line."""
    try:
        draw(files, read_expected(expected), inputs, style)
        answered(expected)
    except BadArtefact as error:
        fail(str(error))
