"""Where the workflow lies that belongs to this code."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.circumstances import PACKAGE


def workflow_folder() -> Path:
    """The folder of the Snakefile: the checkout that this code is of, else one of the installed package."""
    checkout = PACKAGE.parents[1]
    return checkout if (checkout / "Snakefile").is_file() else PACKAGE / "workflow"
