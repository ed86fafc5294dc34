"""One change at a time: policies by T_a, before and after refining."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveInt, Section, known
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.results import Artefact, Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style

CONDITION = ["variant", "action_length"]


class Variant(Section):
    experiment: str
    """One of `experiments`, with one n_traj; its longest training."""
    method: str
    """One of the experiment's methods, or to_alone."""
    iteration: PositiveInt | None = None
    """Of Algorithm 1; none: the last."""

    def check(self, config: Computation, where: str) -> None:
        """See `Drawing.check`."""
        experiment = needs.experiment(config, where, self.experiment)
        known(f"{where}.method", self.method, (*experiment.methods, TO_ALONE))
        needs.one_n_traj(config, where, self.experiment)
        if (self.iteration or 1) > experiment.iterations:
            raise ValueError(
                f"{where}.iteration: {self.experiment} has {experiment.iterations}, no {self.iteration}"
            )

    def artefacts(self, results: Results, seeds: range) -> Artefacts:
        """Its evaluations on some seeds."""
        if self.method == TO_ALONE:
            return results.alone(self.experiment, seeds)
        return results.longest_evaluations(
            self.experiment, self.method, iteration=self.iteration, seeds=seeds
        )


class VariantsTable(TableDrawing):
    kind: Literal["variants"]
    """One change at a time: policies by T_a, before and after refining, on seeds that all of them have."""
    variants: Annotated[dict[str, Variant], Field(min_length=1)]
    """Label of the row -> what it shows, in the order of the rows."""

    def check(self, config: Computation, where: str) -> None:
        for label, variant in self.variants.items():
            variant.check(config, f"{where}.variants.{label}")

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        names = [each.experiment for each in self.variants.values()]
        iterations = [
            each.iteration or config.experiments[each.experiment].iterations
            for each in self.variants.values()
        ]
        return {**captions.of_experiments(config, names), "iterations": captions.listed(iterations)}

    def artefacts(self, results: Results) -> Artefacts:
        """On the seeds that all rows have."""
        seeds = min((results.config.seeds_of(each.experiment) for each in self.variants.values()), key=len)
        evaluations: list[Artefact] = []
        for label, variant in self.variants.items():
            evaluations += [each.labelled(variant=label) for each in variant.artefacts(results, seeds)]
        return tuple(evaluations)

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """A row per variant and T_a, cells "mean [low, high]" over seeds; no columns of refining without any.

        Args:
            rows: evaluations, a row per instance, with the label of its row as `variant`.
            style: not used: the rows have their own labels.
        """
        from sobolev_diffusion.figures.evaluation_cells import cells, whole_numbers

        order = {label: rank for rank, label in enumerate(self.variants)}
        table = cells(rows, CONDITION)
        table = table.sort_values(CONDITION, key=lambda c: c.map(order) if c.name == "variant" else c)
        table["action_length"] = whole_numbers(table.action_length)
        return table.rename(columns={"action_length": "T_a"})
