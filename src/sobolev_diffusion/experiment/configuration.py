"""The whole configuration: what is computed, and what is drawn from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import model_validator

from sobolev_diffusion.config.computation import Computation
from sobolev_diffusion.config.inherit import completed
from sobolev_diffusion.config.section import known
from sobolev_diffusion.figures import SECTIONS, Animation, AnyFigure, AnyTable, Drawing

NAMED = ("tasks", "methods", "experiments", "timings", *SECTIONS)
"""Sections of named entries: one can be `like` another, and a later configuration file can remove it, by
setting it to null."""


class Config(Computation):
    figures: dict[str, AnyFigure]
    tables: dict[str, AnyTable]
    animations: dict[str, Animation] = {}
    draw: tuple[str, ...] | None = None
    """Names of the figures, tables and animations that there are; none: all of these sections."""

    def drawings(self) -> Iterator[tuple[str, str, Drawing]]:
        """Section, name and settings of every figure, table and animation."""
        for section in SECTIONS:
            for name, drawing in getattr(self, section).items():
                yield section, name, drawing

    @model_validator(mode="before")
    @classmethod
    def _settled(cls, content: Any) -> Any:
        """Entries are completed; those set to null or left out of `draw` are as if they had never been."""
        if not isinstance(content, dict):
            return content
        left = {
            section: completed(section, entries)
            if section in NAMED and isinstance(entries, dict)
            else entries
            for section, entries in content.items()
        }
        if isinstance(left.get("tasks"), dict):
            left["tasks"] = {name: _with_methods(name, task) for name, task in left["tasks"].items()}
        chosen = left.get("draw")
        if not isinstance(chosen, list | tuple):
            return left
        sections = {section: left[section] for section in SECTIONS if isinstance(left.get(section), dict)}
        for name in chosen:
            known("draw", name, (each for entries in sections.values() for each in entries))
        for section, entries in sections.items():
            left[section] = {name: each for name, each in entries.items() if name in chosen}
        return left


def _with_methods(name: str, task: Any) -> Any:
    """A task with its overrides of methods completed: there, too, one can be `like` another."""
    if not isinstance(task, dict) or not isinstance(task.get("methods"), dict):
        return task
    return {**task, "methods": completed(f"tasks.{name}.methods", task["methods"])}
