"""What weakens results: noted in stamps, handed on to all that is made from them, told when a run ends."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.weakened import Weakened

log = logging.getLogger(__name__)

Weakness = dict[str, Any]
"""file: whose; of: stage and task; what, lost, total, why: see `Weakened`. JSON."""


@contextmanager
def noted(job: Job, output: Path) -> Iterator[list[Weakness]]:
    """What weakens the artefact of a job, filled while it is computed."""
    found: list[Weakness] = []
    whose = {"file": str(output), "of": f"{job.stage.name} of {job.labels.get('task', '?')}"}
    with warnings.catch_warnings():
        warnings.simplefilter("always", Weakened)
        show = warnings.showwarning

        def note(message: Warning | str, *others: Any) -> None:
            if not isinstance(message, Weakened):
                show(message, *others)
                return
            log.warning("%s", message)
            parts = {name: getattr(message, name) for name in ("what", "lost", "total", "why")}
            found.append({**whose, **parts})

        warnings.showwarning = note  # type: ignore[assignment]
        yield found


def of_inputs(stamps: Iterable[dict[str, Any]]) -> list[Weakness]:
    """What weakens artefacts, by their stamps, or what those were made from; each once."""
    found: dict[str, Weakness] = {}
    for stamp in stamps:
        for weakness in stamp.get("weakened", ()):
            told = {name: part for name, part in weakness.items() if name != "file"}
            found.setdefault(f"{told}", weakness)
    return list(found.values())


def summary(weaknesses: Sequence[Weakness]) -> list[str]:
    """A line for each kind of weakness of a stage and task: the worst, whose, and how many there are."""
    kinds: dict[tuple[str, str], list[Weakness]] = {}
    for weakness in {str(each): each for each in weaknesses}.values():
        kinds.setdefault((weakness["of"], weakness["what"]), []).append(weakness)
    lines = []
    for (whose, what), alike in sorted(kinds.items()):
        worst = max(alike, key=lambda each: each["lost"] / each["total"])
        why = f": {worst['why']}" if worst["why"] else ""
        files = len({each["file"] for each in alike})
        most = f"the worst of {files}, " if files > 1 else ""
        lines.append(f"{whose}: {worst['lost']} of {worst['total']} {what}{why} ({most}{worst['file']})")
    return lines
