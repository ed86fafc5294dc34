"""What is said when a run ends: what weakens what it made, and, last of all, what went wrong."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from sobolev_diffusion.experiment.stamps import read_stamp, stamp_path
from sobolev_diffusion.experiment.weaknesses import Weakness, summary
from sobolev_diffusion.files import BadArtefact, write_text_atomically

PLACE = "SOBOLEV_DIFFUSION_FAILURES"
"""Environment variable: the folder in which jobs leave why they failed, for the run to say it at its end."""

MOST = 20  # failures that are listed


def fail(line: str) -> NoReturn:
    """End a job with one line, which the run says again at its end."""
    place = os.environ.get(PLACE)
    if place:
        name = hashlib.sha256(line.encode()).hexdigest()[:16]
        write_text_atomically(Path(place) / f"{name}.txt", line)
    sys.exit(line)


class Ending:
    """What one run has to say when it ends.

    Args:
        failures: see `PLACE`.
    """

    def __init__(self, failures: Path) -> None:
        self._failures = failures
        self._began = False
        self._faults: list[str] = []
        self._artefacts: list[Path] = []
        self._records: list[Path] = []

    def begin(self, artefacts: Sequence[Path], records: Sequence[Path]) -> None:
        """Before the first job.

        Args:
            artefacts: that are not there, and may be computed.
            records: of drawings that are to be drawn.
        """
        self._began = True
        self._artefacts, self._records = list(artefacts), list(records)
        for old in self._failures.glob("*.txt"):
            old.unlink()

    def fault(self, text: str) -> None:
        """Remember what keeps the run from what was asked for."""
        if text not in self._faults:
            self._faults.append(text)

    def lines(self) -> list[str]:
        """What there is to say, the errors last."""
        if not self._began:  # it looked at the plan alone; what lies there is of another run
            return self._faults
        weak = summary(self._weaknesses())
        told = ["What was made here rests on less than it should:", *(f"  {line}" for line in weak)]
        failures = [path.read_text() for path in sorted(self._failures.glob("*.txt"))]
        if len(failures) > MOST:
            failures = [*failures[:MOST], f"... and {len(failures) - MOST} more jobs"]
        return [*(told if weak else []), *self._faults, *failures]

    def _weaknesses(self) -> list[Weakness]:
        found: list[Weakness] = []
        for artefact in self._artefacts:
            if stamp_path(artefact).exists():
                try:
                    found += read_stamp(artefact).get("weakened", [])
                except BadArtefact:
                    continue  # the next run names it
        for record in self._records:
            found += weaknesses_of_drawing(record)
        return found


def weaknesses_of_drawing(record: Path) -> list[Weakness]:
    """What weakens what a drawing shows, from the record of it; nothing where there is none."""
    try:
        found: list[Weakness] = json.loads(record.read_text()).get("weakened", [])
    except (OSError, ValueError, AttributeError):
        return []
    return found
