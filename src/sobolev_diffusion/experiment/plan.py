"""The plan of a configuration: every artefact that its experiments, figures and tables ask for.

Reading a plan needs no torch and no solver, so that the workflow is quick to look at.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import cast

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.recipes import Recipes
from sobolev_diffusion.experiment.requests import Experiments
from sobolev_diffusion.figures import Drawing


class Plan:
    """Every artefact of a configuration.

    Args:
        config: validated.
        root: folder that relative paths of task modules start from.
    """

    def __init__(self, config: Config, root: Path = Path()) -> None:
        self.config = config
        self.recipes = Recipes(config, root)
        self.experiments = Experiments(self.recipes)

    def drawn(self, drawing: Drawing) -> tuple[Artefact, ...]:
        """The artefacts that a figure, a table or an animation is drawn from."""
        return cast(tuple[Artefact, ...], drawing.artefacts(self.experiments))

    def find(self, file: str) -> Artefact:
        """The artefact that belongs at a path below the results folder.

        Raises:
            ConfigError: this configuration asks for no such file.
        """
        if file not in self._by_file:
            raise ConfigError(
                f"results/{file}: no artefact of this configuration; its name carries a key that belongs to "
                "other settings"
            )
        return self._by_file[file]

    @cached_property
    def _by_file(self) -> dict[str, Artefact]:
        for name in self.config.experiments:
            self.experiments.evaluations(name)
        for name in self.config.timings:
            self.recipes.timing(name)
        for _, _, drawing in self.config.drawings():
            self.drawn(drawing)
        return {artefact.file: artefact for artefact in self.recipes.asked_for}

    def artefacts(self) -> list[Artefact]:
        """Everything the configuration's experiments ask for."""
        return list(self._by_file.values())
