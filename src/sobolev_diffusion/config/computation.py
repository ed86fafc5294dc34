"""What is computed: all of the configuration but what is drawn from it."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from sobolev_diffusion.config.experiments import EvaluationConfig, ExperimentConfig, TimingConfig
from sobolev_diffusion.config.inherit import merge
from sobolev_diffusion.config.methods import MethodConfig
from sobolev_diffusion.config.section import PositiveInt, Section
from sobolev_diffusion.config.tasks import BestKnownConfig, TaskConfig


class Computation(Section):
    results: str = "results"
    """Folder of everything that is computed and drawn."""
    seeds: PositiveInt = 5
    """Independent repetitions."""
    first_seed: Annotated[int, Field(ge=0)] = 0
    """Number of the first; sweeps of settings take others than the evaluation does."""
    evaluation: EvaluationConfig = EvaluationConfig()
    block_size: PositiveInt = 10
    """Cold solves per job."""
    cache: Literal["prefer", "require", "off"] = "prefer"
    """prefer: take frozen artefacts where the key matches. require: a miss is an error. off: recompute."""
    tasks: dict[str, TaskConfig]
    methods: dict[str, MethodConfig]
    experiments: dict[str, ExperimentConfig]
    timings: dict[str, TimingConfig] = {}
    best_known: BestKnownConfig = BestKnownConfig()
    """The search for best known costs."""

    @field_validator("results")
    @classmethod
    def _one_spelling(cls, value: str) -> str:
        """Of a folder, so that names of files are the same however it is spelt; ~ is the user's home."""
        folder = os.path.normpath(os.path.expanduser(value))
        if os.path.basename(folder) in ("", ".") or folder.startswith("~"):
            raise ValueError(
                f"expected a folder of its own, as in results or /scratch/me/results, got {value!r}"
            )
        return folder

    @field_validator("cache", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: Any) -> Any:
        return "off" if value is False else value  # YAML reads a bare off as false

    @property
    def seed_numbers(self) -> range:
        """The seeds, by number."""
        return range(self.first_seed, self.first_seed + self.seeds)

    def seeds_of(self, experiment: str) -> range:
        """The seeds that an experiment is run with, by number."""
        return self.seed_numbers[: self.experiments[experiment].seeds]

    def method(self, task: str, method: str) -> MethodConfig:
        """The settings of a method on a task: `methods` with the task's overrides merged in."""
        settings = self.methods[method].model_dump(mode="json")
        return MethodConfig.model_validate(merge(settings, self.tasks[task].methods.get(method, {})))

    def search(self, task: str) -> BestKnownConfig:
        """How best known costs of a task are searched for: `best_known` with its overrides merged in."""
        settings = self.best_known.model_dump(mode="json")
        return BestKnownConfig.model_validate(merge(settings, self.tasks[task].best_known))
