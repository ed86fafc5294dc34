"""The whole configuration: its sections, entries that are like others, what is left out."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from sobolev_diffusion.config.drawings import AnimationConfig, FigureConfig, TableConfig
from sobolev_diffusion.config.experiments import EvaluationConfig, ExperimentConfig, TimingConfig
from sobolev_diffusion.config.methods import MethodConfig
from sobolev_diffusion.config.section import PositiveInt, Section, known
from sobolev_diffusion.config.tasks import ReferenceConfig, TaskConfig

DRAWN = ("figures", "tables", "animations")
NAMED = ("tasks", "methods", "experiments", "timings", *DRAWN)
"""Sections of named entries: one can be `like` another, and a later configuration file can remove it, by
setting it to null."""


LONGEST_NAME = 100  # characters


class Config(Section):
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
    reference: ReferenceConfig = ReferenceConfig()
    """The search for best known costs."""
    figures: dict[str, FigureConfig]
    tables: dict[str, TableConfig]
    animations: dict[str, AnimationConfig] = {}
    draw: tuple[str, ...] | None = None
    """Names of the figures, tables and animations that there are; none: all of these sections."""

    @model_validator(mode="before")
    @classmethod
    def _settled(cls, content: Any) -> Any:
        """Entries are completed; those set to null or left out of `draw` are as if they had never been."""
        if not isinstance(content, dict):
            return content
        left = {
            section: _completed(section, entries)
            if section in NAMED and isinstance(entries, dict)
            else entries
            for section, entries in content.items()
        }
        chosen = left.get("draw")
        if not isinstance(chosen, list | tuple):
            return left
        sections = {section: left[section] for section in DRAWN if isinstance(left.get(section), dict)}
        for name in chosen:
            known("draw", name, (each for entries in sections.values() for each in entries))
        for section, entries in sections.items():
            left[section] = {name: each for name, each in entries.items() if name in chosen}
        return left

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

    def search(self, task: str) -> ReferenceConfig:
        """How best known costs of a task are searched for: `reference` with its overrides merged in."""
        settings = self.reference.model_dump(mode="json")
        return ReferenceConfig.model_validate(merge(settings, self.tasks[task].reference))


def _completed(section: str, entries: dict[str, Any]) -> dict[str, Any]:
    """The entries that are there, each with what it takes from the one that it is `like`."""
    for name in entries:
        _check_name(section, name)
    present = {name: entry for name, entry in entries.items() if entry is not None}

    def complete(name: str, users: tuple[str, ...] = ()) -> Any:
        entry = present[name]
        if not isinstance(entry, dict) or not isinstance(entry.get("like"), str):
            return entry
        model, users = entry["like"], (*users, name)
        known(f"{section}.{name}.like", model, present)
        if model in users:
            raise ValueError(f"{section}.{users[0]}.like: a circle, {' -> '.join((*users, model))}")
        base, own = complete(model, users), {key: entry[key] for key in entry if key != "like"}
        return merge(base, own) if isinstance(base, dict) else base

    return {name: complete(name) for name in present}


def _check_name(section: str, name: Any) -> None:
    """Names of entries become names of files and folders, and stand in pages."""
    # a method is a folder, where a dot does no harm; in a file's name it would begin a suffix
    pattern, dot = (r"[\w.-]*", ", '.'") if section == "methods" else (r"[\w-]*", "")
    if not (
        isinstance(name, str) and len(name) <= LONGEST_NAME and re.fullmatch(f"[^\\W_]{pattern}", name, re.A)
    ):
        raise ValueError(
            f"{section}: name {str(name)[:LONGEST_NAME]!r}: take letters, digits, '_', '-'{dot}, a letter or "
            f"digit first, at most {LONGEST_NAME} characters"
        )


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` on top of `base`, key by key; lists are replaced."""
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged
