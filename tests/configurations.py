"""The configuration of this repository, as tests use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clones import ROOT

from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.read_configuration import PROJECT, load, read


def project(*later: str, folder: Path = ROOT) -> Config:
    """That of a folder, with files of it on top."""
    return load(*(folder / each for each in later), folder=folder / PROJECT)


def written(folder: Path = ROOT) -> dict[str, Any]:
    """What is written in it, to be changed and validated."""
    return read(folder=folder / PROJECT)
