"""From how many trajectories on a policy is as good as the solver alone, or as the best of another method,
and the ratio of two methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat, PositiveInt, Section
from sobolev_diffusion.costs import within
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.evaluations import at_action_length
from sobolev_diffusion.figures.results import Artefact, Artefacts, Results

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from sobolev_diffusion.figures.style import Style


class SampleEfficiencyPanel(Section):
    experiment: str
    """One of `experiments`."""
    action_length: PositiveInt
    """T_a of the diffusion policies."""


class TrajectoriesNeededTable(TableDrawing):
    kind: Literal["trajectories_needed"]
    """From how many trajectories on a method's policy costs little more than TO alone, or than the best of
    another method, and how many times more the other needs."""
    panels: Annotated[dict[str, SampleEfficiencyPanel], Field(min_length=1)]
    """Title of the row -> what it shows; longest training."""
    methods: tuple[str, str]
    """The method that should need more trajectories, and the one that should need fewer."""
    target: Literal["to_alone", "best_of_first"] = "to_alone"
    """What to come near: the mean cost of TO alone, or the lowest of the first method over n_traj."""
    margin: PositiveFloat = 0.05
    """A policy is there once its mean cost is within this share of the target."""

    def check(self, config: Computation, where: str) -> None:
        for title, panel in self.panels.items():
            place = f"{where}.panels.{title}"
            experiment = needs.experiment(config, place, panel.experiment)
            needs.evaluated(config, f"{place}.action_length", panel.experiment, panel.action_length)
            needs.methods(where, self.methods, experiment)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        values = captions.of_experiments(config, [each.experiment for each in self.panels.values()])
        return {**values, "margin": f"{100 * self.margin:g}%"}

    def artefacts(self, results: Results) -> Artefacts:
        evaluations: list[Artefact] = []
        for title, panel in self.panels.items():
            each = [*results.alone(panel.experiment)]
            for method in self.methods:
                each += results.longest_evaluations(panel.experiment, method)
            evaluations += [evaluation.labelled(row=title) for evaluation in each]
        return tuple(evaluations)

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """A row per panel: the number of each method, and how many times more the first needs than the other.

        The number is the smallest n_traj that was tried from which on the mean policy cost, over seeds and
        instances, is within the margin of the target; "> n" where the largest is not enough. (With the
        target best_of_first the smallest at which it is: the first method may lose again what it had.) The
        interval of the ratio is that of a bootstrap over seeds; with a number not reached it is a
        lower bound.

        Args:
            rows: evaluations labelled with their panel as `row`.
            style: labels.
        """
        import pandas as pd

        table = []
        for title, panel in self.panels.items():
            part = at_action_length(rows[rows.row == title], panel.action_length)
            costs = _seed_means(part)
            largest = int(part.n_traj.max())
            seeds = costs[TO_ALONE].index.to_numpy()
            more, fewer = (_needed(costs, method, self, seeds) for method in self.methods)
            table.append(
                {
                    "panel": title,
                    "T_a": f"{panel.action_length}",
                    "cost to reach": f"{_limit(costs, self, seeds):.4g}",
                    **{
                        f"{style.label(method)}: trajectories": _number(needed, largest)
                        for method, needed in zip(self.methods, (more, fewer), strict=True)
                    },
                    f"{style.label(self.methods[0])} / {style.label(self.methods[1])}": _ratio(
                        costs, self, seeds, largest, more
                    ),
                }
            )
        return pd.DataFrame(table)


def _seed_means(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Method -> mean cost by seed (rows) and n_traj (columns, ascending); one column for TO alone."""
    means = {TO_ALONE: rows[rows.method == TO_ALONE].groupby("seed").cost.mean().to_frame()}
    for method, part in rows[rows.method != TO_ALONE].groupby("method"):
        means[str(method)] = part.pivot_table(index="seed", columns="n_traj", values="policy_cost")
    return means


def _limit(costs: dict[str, pd.DataFrame], spec: TrajectoriesNeededTable, seeds: np.ndarray) -> float:
    """The cost to reach, on some seeds."""
    target = TO_ALONE if spec.target == "to_alone" else spec.methods[0]
    return float(within(costs[target].loc[seeds].mean().min(), spec.margin))


def _needed(
    costs: dict[str, pd.DataFrame], method: str, spec: TrajectoriesNeededTable, seeds: np.ndarray
) -> float:
    """The number of trajectories of a method, on some seeds (some of them repeatedly); infinite where the
    largest is not enough."""
    good = costs[method].loc[seeds].mean() <= _limit(costs, spec, seeds)
    if spec.target == "to_alone":
        good = good[::-1].cummin()[::-1]
    return float(str(good.idxmax())) if good.any() else math.inf


def _number(needed: float, largest: int) -> str:
    return f"{needed:.0f}" if math.isfinite(needed) else f"> {largest}"


def _ratio(
    costs: dict[str, pd.DataFrame],
    spec: TrajectoriesNeededTable,
    seeds: np.ndarray,
    largest: int,
    more: float,
) -> str:
    """Ratio and interval; where the first method never gets there, from the largest number tried."""
    from sobolev_diffusion.figures.over_seeds import bootstrap

    def value(seeds: np.ndarray) -> float:
        more, fewer = (_needed(costs, method, spec, seeds) for method in spec.methods)
        if math.isinf(fewer):
            return math.nan
        return min(more, largest) / fewer

    ratio = value(seeds)
    if math.isnan(ratio):
        return "-"
    low, high = bootstrap(seeds, value)
    sign = "" if math.isfinite(more) else "> "
    return f"{sign}{ratio:.3g} [{low:.3g}, {high:.3g}]"
