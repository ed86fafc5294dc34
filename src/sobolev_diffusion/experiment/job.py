"""One artefact to compute, as the plan describes it; and what a stage of the workflow is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Task


@dataclass(frozen=True)
class Job:
    """One artefact to compute.

    Attributes:
        stage, key, settings: of the artefact.
        version: of the stage.
        upstream: keys of the inputs that count in its own.
        labels: columns that identify it in tables.
        inputs: files to read and the key each must have.
        workers: processes that solve side by side; the artefact does not depend on it.
    """

    stage: str
    key: str
    version: int
    settings: dict[str, Any]
    upstream: Sequence[str]
    labels: dict[str, Any]
    inputs: Sequence[tuple[Path, str]]
    workers: int = 1

    @property
    def paths(self) -> list[Path]:
        """The files to read."""
        return [path for path, _ in self.inputs]

    def task(self) -> Task:
        """The task that the settings describe, checked.

        Raises:
            TaskError: there is no such task, or it does not do what a task should.
        """
        from sobolev_diffusion.tasks.check import check_once
        from sobolev_diffusion.tasks.registry import task_from_settings

        task = task_from_settings(self.settings["task"])
        check_once(task)
        return task


@dataclass(frozen=True)
class Stage:
    """One kind of artefact: a rule of the workflow is made from it.

    Attributes:
        name: of the folder of its files.
        rule: name of its Snakemake rule.
        suffix: of its files.
        message: what the workflow says it does.
        compute: computes the artefact of a job and writes it to a path.
        version: bumped when the meaning of its output changes; with it change its keys and those that follow.
        alone: whether nothing may run beside it, because it measures time.
    """

    name: str
    rule: str
    suffix: str
    message: str
    compute: Callable[[Job, Path], None]
    version: int = 1
    alone: bool = False
