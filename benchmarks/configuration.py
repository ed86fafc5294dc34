"""The configuration of the repository."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.read_configuration import PROJECT, load

ROOT = Path(__file__).parents[1]
CONFIG = load(folder=ROOT / PROJECT)
