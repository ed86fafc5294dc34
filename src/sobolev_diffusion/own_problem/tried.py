"""What a fit has tried and what it took, for the report and for who is watching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Tried:
    """Rows of what was tried: step, choice, result, taken.

    Args:
        say: told in one line what is being done.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.rows: list[dict[str, Any]] = []

    def note(self, step: str, choice: str, result: str, taken: bool = False) -> None:
        """One row."""
        self.rows.append({"step": step, "choice": choice, "result": result, "taken": taken})

    def take(self, what: str) -> None:
        """Mark "step: choice", the last that it was tried, and say so."""
        for row in reversed(self.rows):
            if f"{row['step']}: {row['choice']}" == what:
                row["taken"] = True
                break
        self.say(f"took {what}")
