"""Whether config/plotting.yaml knows what the figures draw: asked before anything is computed for them."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.config.methods import BEST_KNOWN
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.yaml_file import read_yaml
from sobolev_diffusion.figures import FigureDrawing


def check_looks(plan: Plan, style: Path) -> None:
    """Check that every method in a figure has a colour; tables show one without a label by its name.

    Args:
        plan: of the configuration.
        style: config/plotting.yaml.

    Raises:
        ConfigError: one has none, or the file cannot be read.
    """
    known = read_yaml(style).get("methods") or {}
    for section, name, drawing in plan.config.drawings():
        if not isinstance(drawing, FigureDrawing):
            continue
        for artefact in plan.drawn(drawing):
            method = artefact.labels.get("method")
            if method not in (None, BEST_KNOWN, *known):  # best known costs are compared with, not drawn
                raise ConfigError(
                    f"{style}: methods: no {method}, which {section}.{name} draws; add "
                    f"{method}: {{label: ..., colour: ..., marker: ...}}"
                )
