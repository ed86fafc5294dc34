"""One artefact to compute, as the plan describes it; and what a stage of the workflow is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from sobolev_diffusion.config.section import Section
from sobolev_diffusion.experiment.task_identity import TaskIdentity


@dataclass(frozen=True)
class Stage:
    """One kind of artefact: a rule of the workflow is made from it.

    Attributes:
        name: of the folder of its files.
        rule: name of its Snakemake rule.
        suffix: of its files.
        message: what the workflow says it does.
        version: bumped when the meaning of its output changes; with it change its keys and those that follow.
        alone: whether nothing may run beside it, because it measures time.
    """

    name: str
    rule: str
    suffix: str
    message: str
    version: int = 1
    alone: bool = False

    @property
    def is_table(self) -> bool:
        """Whether its artefacts are rows, of which many are frozen in one file."""
        return self.suffix == ".parquet"


class StageSettings(Section):
    """All that an artefact is a function of besides what it is made from, and how it is computed from these.

    Its `identity` is what keys are made of and stamps say. A stage that makes its artefacts in several ways
    has a class for each.
    """

    stage: ClassVar[Stage]

    @abstractmethod
    def compute(self, job: Job, output: Path) -> None:
        """Compute the artefact of a job that has these settings.

        Args:
            job: its inputs and labels.
            output: where to write it.
        """

    def check_unchanged(self) -> None:
        """Check that nothing was edited that its key is made of.

        Raises:
            BadArtefact: a file was, or is gone.
        """


class OnTask(StageSettings):
    """What is computed with a task."""

    task: TaskIdentity

    def check_unchanged(self) -> None:
        from sobolev_diffusion.experiment.user_tasks import check_unchanged

        check_unchanged(self.task)


@dataclass(frozen=True)
class Job:
    """One artefact to compute.

    Attributes:
        key, settings: of the artefact.
        upstream: keys of the inputs that count in its own.
        labels: columns that identify it in tables.
        inputs: files to read and the key each must have.
        workers: processes that solve side by side; the artefact does not depend on it.
    """

    key: str
    settings: StageSettings
    upstream: Sequence[str]
    labels: dict[str, Any]
    inputs: Sequence[tuple[Path, str]]
    workers: int = 1

    @property
    def stage(self) -> Stage:
        return self.settings.stage

    @property
    def files(self) -> list[Path]:
        """The files to read."""
        return [path for path, _ in self.inputs]
