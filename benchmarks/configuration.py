"""The configuration of the repository."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion import config

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT / "config/config.yaml"
CONFIG = config.load(DEFAULT)
