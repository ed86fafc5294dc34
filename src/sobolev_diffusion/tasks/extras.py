"""What the installed aligator has beyond the official module; without it, it is computed in Python."""

from __future__ import annotations

from typing import Any

import aligator


def extras_with(name: str) -> Any:
    """aligator.extras, if it has this; else None: the official module, or ours compiled before that came."""
    extras = getattr(aligator, "extras", None)
    return extras if hasattr(extras, name) else None


def in_cpp(name: str) -> Any:
    """This of aligator.extras; None where it is not there."""
    return getattr(extras_with(name), name, None)
