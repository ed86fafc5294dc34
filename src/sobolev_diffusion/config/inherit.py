"""Entries that are `like` others, and what is set on top of them."""

from __future__ import annotations

import re
from typing import Any

from sobolev_diffusion.config.section import known

LONGEST_NAME = 100  # characters


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` on top of `base`, key by key; lists are replaced."""
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def completed(section: str, entries: dict[str, Any]) -> dict[str, Any]:
    """The entries that are there, each with what it takes from the one that it is `like`.

    Args:
        section: its name, for messages.
        entries: by name, as written; one that is null is not there.

    Raises:
        ValueError: a name that none can have, or `like` names none that is there, or itself in the end.
    """
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
    pattern, dot = (r"[\w.-]*", ", '.'") if section.endswith("methods") else (r"[\w-]*", "")
    if not (
        isinstance(name, str) and len(name) <= LONGEST_NAME and re.fullmatch(f"[^\\W_]{pattern}", name, re.A)
    ):
        raise ValueError(
            f"{section}: name {str(name)[:LONGEST_NAME]!r}: take letters, digits, '_', '-'{dot}, a letter or "
            f"digit first, at most {LONGEST_NAME} characters"
        )
