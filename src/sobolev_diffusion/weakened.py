"""What is there, but says less than was asked for: a warning that names how much is missing, and why."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable


class Weakened(UserWarning):
    """Part of what a result should rest on is missing.

    Attributes:
        what: is wrong with the part, in words that follow a count.
        lost: how many are concerned.
        total: of how many.
        why: in words, or nothing.
    """

    def __init__(self, what: str, lost: int, total: int, why: str = "") -> None:
        super().__init__(f"{lost} of {total} {what}" + (f": {why}" if why else ""))
        self.what, self.lost, self.total, self.why = what, lost, total, why


def weaken(what: str, lost: int, total: int, why: str = "") -> None:
    """Warn if something is lost, see `Weakened`. By library it is printed; jobs keep it with their result."""
    if lost:
        warnings.warn(Weakened(what, lost, total, why), stacklevel=3)


def counted(reasons: Iterable[str], most: int = 3) -> str:
    """Reasons, each with how often it occurs, the most frequent first."""
    counts = Counter(reasons).most_common()
    listed = [f"{count} x {reason}" for reason, count in counts[:most]]
    return ", ".join([*listed, *(["others"] if counts[most:] else [])])
