"""Iterations and seconds until a trajectory is good enough: TO alone, guesses, and the floor of any guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import FLOOR, TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.profiled import Profiled

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style


class TimeToQualityTable(Profiled, TableDrawing):
    kind: Literal["time_to_quality"]
    """A row per task and method: iterations, and seconds to trajectories near the best known cost."""
    gaps: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)] = (0.05, 0.01, 0.001)
    """How far above the best known cost a trajectory may be to count, as fractions of it."""
    speed_up_gap: PositiveFloat = 0.01
    """The one of these for which speed-ups are given."""

    def check(self, config: Computation, where: str) -> None:
        super().check(config, where)
        if self.speed_up_gap not in self.gaps:
            raise ValueError(f"{where}.speed_up_gap: {self.speed_up_gap:g} is none of its gaps")

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """Medians over instances; speed-ups of each instance, their median and its 95% interval.

        Args:
            rows: profiles and best known costs, labelled with their timing as `row`.
            style: titles and labels.
        """
        import pandas as pd

        from sobolev_diffusion.figures.quality import first_within

        table = []
        for title, iterates, best in self.parts(rows, style):
            within = {gap: first_within(iterates, best, gap) for gap in self.gaps}
            ended = iterates.groupby(["method", "instance"])[
                ["iterations", "converged", "total_seconds"]
            ].first()
            order = [TO_ALONE, *(each for each in style.methods if each != TO_ALONE), FLOOR]
            for method in (each for each in order if each in set(iterates.method)):
                runs = ended.loc[method]
                cells = {
                    "task": title,
                    "method": "floor" if method == FLOOR else style.label(method),
                    "iterations": f"{runs.iterations.median():g}",
                    "converged": f"{100 * runs.converged.mean():.0f}%",
                    "mean total (s)": f"{runs.total_seconds.mean():.3g}",
                }
                for gap, first in within.items():
                    mine = first[first.method == method]
                    cells[f"iterations to {100 * gap:g}%"] = _median(mine.iteration, "g")
                    cells[f"seconds to {100 * gap:g}%"] = _median(mine.seconds, ".3g")
                    cells[f"within {100 * gap:g}%"] = f"{100 * (mine.seconds < float('inf')).mean():.0f}%"
                cells[f"times as fast to {100 * self.speed_up_gap:g}%"] = _speed_up(
                    within[self.speed_up_gap], method
                )
                table.append(cells)
        return pd.DataFrame(table)


def _speed_up(first: pd.DataFrame, method: str) -> str:
    """TO alone's seconds over those of a method, instance by instance: the median and its 95% interval, by
    the order statistics that a binomial count bounds."""
    import numpy as np
    from scipy.stats import binom

    seconds = first.pivot_table(index="instance", columns="method", values="seconds", dropna=False)
    alone, mine = seconds[TO_ALONE].to_numpy(), seconds[method].to_numpy()
    both_failed = np.isinf(alone) & np.isinf(mine)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.sort(np.where(both_failed, 1.0, alone / mine)[~np.isnan(mine)])
    rank = int(binom.ppf(0.025, len(ratios), 0.5))
    low, high = ratios[max(rank - 1, 0)], ratios[min(len(ratios) - rank, len(ratios) - 1)]
    return f"{np.median(ratios):.3g} [{low:.2g}, {high:.2g}]"


def _median(values: pd.Series, spec: str) -> str:
    """The median; - where half of the instances never get there."""
    median = values.median()
    return "-" if median == float("inf") else f"{median:{spec}}"
