"""What `fit` has computed so far, so that it goes on from there after it was stopped."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sobolev_diffusion.config.section import Section
from sobolev_diffusion.files import BadArtefact, write_text_atomically
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.fingerprint import fingerprint

FORMAT = 1
"""Of what lies in it; raised when what the same question gives has changed."""
OWNER = "fitted.json"


class WorkingFolder:
    """A folder of answers, each named by the question that it answers.

    Args:
        folder: made where it is not there.
        task, seed: whose it is.

    Raises:
        BadArtefact: it is of another task, of this one before it was edited, or of another seed.
    """

    def __init__(self, folder: Path, task: Task, seed: int) -> None:
        self.folder = folder
        owner = {
            "format": FORMAT,
            "seed": seed,
            "source": _source(task),
            "task": identity(task),
        }
        text = json.dumps(owner, sort_keys=True)
        path = folder / OWNER
        if not path.exists():
            write_text_atomically(path, text)
        elif (found := _read(path)) != json.loads(text):
            what = ", ".join(sorted(name for name in owner if found.get(name) != owner[name]))
            raise BadArtefact(
                folder,
                f"holds what was computed for another {what}",
                "remove it to begin anew, or write to another place",
            )

    def path(self, name: str, question: Any, suffix: str) -> Path:
        """Where the answer to a question lies, or will."""
        text = json.dumps(question, sort_keys=True, default=_settings)
        return self.folder / f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:16]}{suffix}"

    def answer(self, name: str, question: Any, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, in JSON; computed once for the same question."""
        path = self.path(name, question, ".json")
        if not path.exists():
            write_text_atomically(path, json.dumps(compute()))
        return _read(path)


def identity(task: Task) -> dict[str, Any]:
    """What a task must share with the one that was fitted: its fingerprint, and limits, which that lacks."""
    return {**fingerprint(task).to_json(), "limits": [task.lower.tolist(), task.upper.tolist()]}


def _settings(value: Any) -> Any:
    if isinstance(value, Section):
        return value.model_dump(mode="json")
    raise TypeError(f"no question is made of {type(value).__name__}")


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise BadArtefact(path, f"is damaged ({error})", "remove it, and run again") from error


def _source(task: Task) -> str:
    """Digest of the class's source; of nothing where there is none, as in a console."""
    try:
        source = inspect.getsource(type(task))
    except (OSError, TypeError):
        source = ""
    return hashlib.sha256(source.encode()).hexdigest()
