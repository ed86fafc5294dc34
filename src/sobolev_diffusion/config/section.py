"""What all parts of the configuration share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


LATER: dict[str, Any] = {"later": True}
"""Marks a setting that came after artefacts had been computed without it, `Field(json_schema_extra=LATER)`:
its default, which must stay, is what was done before, so that the keys of those artefacts stay."""


class ConfigError(ValueError):
    """A configuration that cannot be used: one line that names the key and what is allowed."""


class Section(BaseModel):
    """A part of the configuration. Unknown keys are errors; values never change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, strict=False)

    def identity(self) -> dict[str, Any]:
        """What keys of artefacts are made of: all settings but those marked LATER at their default."""
        content = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if field.exclude or (field.json_schema_extra == LATER and value == field.default):
                continue
            content[field.serialization_alias or name] = _plain(value)
        return content


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Section):
        return value.identity()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


class Entry(Section):
    """What has a name of its own in a section of the configuration."""

    like: Annotated[str | None, Field(exclude=True)] = None
    """Another entry of the same section: what this one does not say is as it is there. Lists are replaced."""


def known(key: str, name: str, names: Iterable[str]) -> None:
    """Raise a ValueError, which names the key, unless the name is one of the names."""
    names = list(names)
    if name not in names:
        raise ValueError(f"{key}: unknown name {name!r}; known: {', '.join(sorted(names))}")
