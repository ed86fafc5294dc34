"""Solutions in motion: one HTML page without links to anything. The same data, the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.section import PositiveInt, known
from sobolev_diffusion.figures.drawing import Drawing
from sobolev_diffusion.figures.results import Artefacts, Inputs, Results

if TYPE_CHECKING:
    from sobolev_diffusion.figures.style import Style


class Animation(Drawing):
    suffixes = (".html",)
    reported = ".html"

    task: str
    """One of `tasks`."""
    title: str
    """Title of the page."""
    count: PositiveInt = 4
    """How many solutions are shown."""

    @property
    def heading(self) -> str:
        return self.title

    def check(self, config: Computation, where: str) -> None:
        known(f"{where}.task", self.task, config.tasks)

    def artefacts(self, results: Results) -> Artefacts:
        return (results.solutions(self.task),)

    def write(self, stem: Path, inputs: Inputs, style: Style) -> None:
        """A page that plays the first `count` runs: one after another if there are meshes, else at once."""
        from sobolev_diffusion.figures import robot_page, scene
        from sobolev_diffusion.files import write_text_atomically
        from sobolev_diffusion.tasks.multibody import MultibodyTask

        ((task, runs),) = inputs.solutions()
        if isinstance(task, MultibodyTask) and (meshes := task.meshes()) is not None:
            text = robot_page.page(task, meshes, runs, self.title, self.count)
        else:
            text = scene.page(task, runs, self.title, self.count)
        write_text_atomically(stem.with_suffix(".html"), text)
