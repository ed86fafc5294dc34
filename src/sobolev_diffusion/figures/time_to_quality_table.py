"""Iterations and seconds until a trajectory is good enough: TO alone, guesses, and the floor of any guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import FLOOR, TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.profiled import Profiled
from sobolev_diffusion.figures.speed_up import speed_up

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
            seconds = within[self.speed_up_gap].pivot_table(
                index="instance", columns="method", values="seconds", dropna=False
            )
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
                cells[f"times as fast to {100 * self.speed_up_gap:g}%"] = speed_up(
                    seconds[TO_ALONE], seconds[method]
                )
                table.append(cells)
        return pd.DataFrame(table)


def _median(values: pd.Series, spec: str) -> str:
    """The median; - where half of the instances never get there."""
    median = values.median()
    return "-" if median == float("inf") else f"{median:{spec}}"
