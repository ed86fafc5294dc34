"""Artefacts that nothing is computed for: a test writes their files itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.job import Job, StageSettings
from sobolev_diffusion.experiment.stages import STAGES


class Numbered(StageSettings):
    seed: int

    def compute(self, job: Job, output: Path) -> None:
        raise AssertionError("the test writes it")


KINDS = {name: type(f"Some{name.title()}", (Numbered,), {"stage": stage}) for name, stage in STAGES.items()}


def by_hand(stage: str, name: str, seed: int = 0, **labels: Any) -> Artefact:
    """One of a stage that is told apart by its name and seed."""
    return Artefact(name, KINDS[stage](seed=seed), labels=labels)
