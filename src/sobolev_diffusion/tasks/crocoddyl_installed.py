"""Crocoddyl, or one line that says how to get it."""

from __future__ import annotations

from typing import Any

from sobolev_diffusion.tasks.base import TaskError

REMEDY = "Crocoddyl is not installed: pip install 'sobolev-diffusion[crocoddyl]'"


def crocoddyl_for(name: str) -> Any:
    """The module, for a task of this name.

    Raises:
        TaskError: it is not installed.
    """
    try:
        import crocoddyl
    except ModuleNotFoundError as error:
        raise TaskError(f"{name}: {REMEDY}") from error
    return crocoddyl
