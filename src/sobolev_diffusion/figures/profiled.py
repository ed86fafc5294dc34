"""What the drawings of time to a good trajectory have in common: the profiles of some timings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.section import PositiveInt, known
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import WithCaption
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style


class Profiled(WithCaption):
    """A figure or a table of profiles."""

    timings: Annotated[dict[str, PositiveInt], Field(min_length=1)]
    """One of `timings` -> T_a; its methods and instances."""
    titles: dict[str, str] = {}
    """What each is called, by timing; by default as its task."""

    def check(self, config: Computation, where: str) -> None:
        needs.timings(config, where, self.timings)
        for name in self.titles:
            known(f"{where}.titles", name, self.timings)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_timings(config, self.timings)

    def artefacts(self, results: Results) -> Artefacts:
        """The profiles at their T_a, and best known costs of their instances, labelled as `row`."""
        config, artefacts = results.config, []
        for name, length in self.timings.items():
            task = config.experiments[config.timings[name].experiment].task
            each = [results.profile(name, length), results.best_known(task, config.first_seed)]
            artefacts += [artefact.labelled(row=name) for artefact in each]
        return tuple(artefacts)

    def parts(self, rows: pd.DataFrame, style: Style) -> Iterator[tuple[str, pd.DataFrame, pd.Series]]:
        """Of each timing its title, its iterates and the best known costs, see `quality.split`."""
        from sobolev_diffusion.figures.quality import split

        for name in self.timings:
            part = rows[rows.row == name]
            task = part.task.iloc[0]
            yield self.titles.get(name) or style.tasks.get(task, task), *split(part)
