"""One file that a stage computes: what it is a function of, its key, its places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sobolev_diffusion.experiment.job import Job, StageSettings
from sobolev_diffusion.experiment.keys import artefact_key


@dataclass(frozen=True)
class Artefact:
    """One file that a stage computes.

    Attributes:
        name: readable place below the stage's folder, without key and suffix.
        settings: all that it is a function of besides its inputs; of them follows the stage.
        inputs: the artefacts it is computed from, in order.
        labels: columns that identify it in tables (task, method, seed, ...).
        shared: artefacts it is read from as well, there so that nothing is computed twice. Its settings say
            all that they are a function of, so they are no part of its key.
    """

    name: str
    settings: StageSettings
    inputs: tuple[Artefact, ...] = ()
    labels: dict[str, Any] = field(default_factory=dict)
    shared: tuple[Artefact, ...] = ()

    @property
    def stage(self) -> str:
        """Name of its stage."""
        return self.settings.stage.name

    @property
    def sources(self) -> tuple[Artefact, ...]:
        """The files that its job reads."""
        return (*self.inputs, *self.shared)

    @cached_property
    def key(self) -> str:
        stage = self.settings.stage
        return artefact_key(stage.name, stage.version, self.settings.identity(), self.upstream)

    @property
    def upstream(self) -> list[str]:
        """Keys of its inputs."""
        return [each.key for each in self.inputs]

    def labelled(self, **labels: str) -> Artefact:
        """The same file, with more columns that tell its rows apart in what is drawn from it."""
        return replace(self, labels={**self.labels, **labels})

    def job(self, files: Sequence[Path]) -> Job:
        """What computes it from the files of its sources, given in their order."""
        keys = [each.key for each in self.sources]
        return Job(
            key=self.key,
            settings=self.settings,
            upstream=self.upstream,
            labels=self.labels,
            inputs=list(zip(files, keys, strict=True)),
        )

    @property
    def file(self) -> str:
        """Path below the results folder: readable, and distinct for every key, so that nothing goes stale."""
        return f"{self.stage}/{self.name}.{self.key}{self.settings.stage.suffix}"

    @property
    def frozen_file(self) -> str:
        """Path below the cache folder of its frozen copy, if it is no table."""
        return f"{self.stage}/{self.key}{self.settings.stage.suffix}"
