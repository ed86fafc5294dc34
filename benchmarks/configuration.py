"""The configuration of the repository."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.read_configuration import load

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT / "config/config.yaml"
CONFIG = load(DEFAULT)
