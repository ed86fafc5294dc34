"""Where in a user's file an exception came up, since what is said of it is one line without a traceback."""

from __future__ import annotations

import traceback
from pathlib import Path


def where_raised(error: BaseException, folder: Path) -> str:
    """ " (FILE.py, line N)" of the innermost call in a file of the folder; nothing if there is none.

    Args:
        error: with its traceback.
        folder: of the task's file.
    """
    home = folder.resolve()
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_file() and path.resolve().parent == home:
            return f" ({path.name}, line {frame.lineno})"
    return ""
