"""Whether what is to be drawn can be: asked before anything is computed for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.config.methods import BEST_KNOWN
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.yaml_file import read_yaml
from sobolev_diffusion.figures import Animation, FigureDrawing

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


def check_pictures(plan: Plan) -> None:
    """Check that users' tasks have something to draw where their robots are to be drawn.

    Raises:
        ConfigError: one has not.
    """
    for section, name, drawing in plan.config.drawings():
        for artefact in plan.drawn(drawing):
            parts = plan.recipes.parts(task) if (task := artefact.labels.get("task")) else None
            where = f"config: {section}.{name}: there is nothing to draw of task {task}: give its class"
            if parts and artefact.stage == "paths" and "tracked_point" not in parts.pictures:
                raise ConfigError(f"{where} tracked_point(x)")
            if parts and isinstance(drawing, Animation) and not parts.pictures:
                raise ConfigError(f"{where} links(x), or tracked_point(x)")


def _only(content: Any, allowed: tuple[str, ...], where: str) -> None:
    if not isinstance(content, dict):
        raise ConfigError(f"{where}: expected {', '.join(allowed)}, got {content!r}")
    for key in content:
        if key not in allowed:
            raise ConfigError(f"{where}: unknown key {key}; it takes {', '.join(allowed)}")
