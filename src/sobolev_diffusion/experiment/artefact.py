"""One file that a stage computes: what it is a function of, its key, its places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.experiment.keys import artefact_key
from sobolev_diffusion.experiment.stages import STAGES


@dataclass(frozen=True)
class Artefact:
    """One file that a stage computes.

    Attributes:
        stage: which stage.
        name: readable place below the stage's folder, without key and suffix.
        settings: all that the stage reads besides its inputs; JSON.
        inputs: the artefacts it is computed from, in order.
        labels: columns that identify it in tables (task, method, seed, ...).
        shared: artefacts it is read from as well, there so that nothing is computed twice. Its settings say
            all that they are a function of, so they are no part of its key.
    """

    stage: str
    name: str
    settings: dict[str, Any]
    inputs: tuple[Artefact, ...] = ()
    labels: dict[str, Any] = field(default_factory=dict)
    shared: tuple[Artefact, ...] = ()

    @property
    def sources(self) -> tuple[Artefact, ...]:
        """The files that its job reads."""
        return (*self.inputs, *self.shared)

    @cached_property
    def key(self) -> str:
        return artefact_key(self.stage, self.version, self.settings, self.upstream)

    @property
    def version(self) -> int:
        return STAGES[self.stage].version

    @property
    def upstream(self) -> list[str]:
        """Keys of its inputs."""
        return [each.key for each in self.inputs]

    def labelled(self, **labels: str) -> Artefact:
        """The same file, with more columns that tell its rows apart in what is drawn from it."""
        return replace(self, labels={**self.labels, **labels})

    def job(self, paths: Sequence[Path]) -> Job:
        """What computes it from the files of its sources, which lie at these paths, in their order."""
        keys = [each.key for each in self.sources]
        return Job(
            stage=self.stage,
            key=self.key,
            version=self.version,
            settings=self.settings,
            upstream=self.upstream,
            labels=self.labels,
            inputs=list(zip(paths, keys, strict=True)),
        )

    @property
    def file(self) -> str:
        """Path below the results folder: readable, and distinct for every key, so that nothing goes stale."""
        return f"{self.stage}/{self.name}.{self.key}{STAGES[self.stage].suffix}"

    @property
    def cached_file(self) -> str:
        """Path below the cache folder of its frozen copy."""
        return f"{self.stage}/{self.key}{STAGES[self.stage].suffix}"
