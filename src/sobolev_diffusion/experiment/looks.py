"""Whether config/plotting.yaml knows what the figures draw: asked before anything is computed for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.config.methods import BEST_KNOWN
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.yaml_file import read_yaml
from sobolev_diffusion.figures import FigureDrawing

LOOKS = ("label", "colour", "marker")


def check_looks(plan: Plan, style: Path) -> None:
    """Check that every method in a figure has a colour; tables show one without a label by its name.

    Args:
        plan: of the configuration.
        style: config/plotting.yaml.

    Raises:
        ConfigError: one has none, or the file cannot be read or says what no figure reads.
    """
    content = read_yaml(style)
    _only(content, ("methods", "tasks"), str(style))
    known = content.get("methods") or {}
    for method, looks in known.items():
        where = f"{style}: methods.{method}"
        _only(looks, LOOKS, where)
        if missing := [each for each in LOOKS if each not in looks]:
            raise ConfigError(f"{where}: no {', '.join(missing)}; it needs {', '.join(LOOKS)}")
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


def _only(content: Any, allowed: tuple[str, ...], where: str) -> None:
    if not isinstance(content, dict):
        raise ConfigError(f"{where}: expected {', '.join(allowed)}, got {content!r}")
    for key in content:
        if key not in allowed:
            raise ConfigError(f"{where}: unknown key {key}; it takes {', '.join(allowed)}")
