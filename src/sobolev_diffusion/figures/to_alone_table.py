"""How the solver does alone on every task, beside the best known costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveInt, known
from sobolev_diffusion.costs import within
from sobolev_diffusion.figures import captions
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style

FLAGS = ("converged", "stalled", "failed", "reached")
LOCAL_MINIMUM = 0.05  # of the best known cost: solutions dearer by more count as worse local minima


class ToAloneTable(TableDrawing):
    kind: Literal["to_alone"]
    """How the solver does alone, a row per task, beside the best known costs."""
    tasks: tuple[str, ...]
    """Some of `tasks`."""
    timed_instances: PositiveInt = 20
    """How many instances of the first seed are timed for the seconds."""

    def check(self, config: Computation, where: str) -> None:
        for task in self.tasks:
            known(f"{where}.tasks", task, config.tasks)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return {
            **captions.of_experiments(config, []),
            "timed_instances": f"{self.timed_instances}",
            "max_iterations": captions.listed(config.tasks[name].cold.max_iterations for name in self.tasks),
        }

    def artefacts(self, results: Results) -> Artefacts:
        pairs = [(task, seed) for task in self.tasks for seed in results.config.seed_numbers]
        compared = [each(*pair) for pair in pairs for each in (results.solver_evaluation, results.best_known)]
        return (*compared, *(results.solver_timing(task, self.timed_instances) for task in self.tasks))

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """A row per task; intervals over seeds.

        Args:
            rows: evaluations of TO alone and best known costs, told apart by `method`; and wall-clock times,
                which have `total_seconds`.
            style: titles of tasks, in the order of the rows.
        """
        import pandas as pd

        columns = ["task", "seed", "instance"]
        timed = rows.total_seconds.notna()
        seconds = rows[timed].groupby("task").total_seconds.mean()
        rows = rows[~timed]
        alone = rows[rows.method == TO_ALONE].drop(columns=["best_cost"])
        alone = alone.astype(
            dict.fromkeys(FLAGS, bool)
        )  # concatenation with rows that have none made them objects
        best = rows[rows.method != TO_ALONE][[*columns, "best_cost"]]
        merged = alone.merge(best, on=columns, validate="one_to_one")
        merged["worse"] = merged.cost > within(merged.best_cost, LOCAL_MINIMUM)
        return pd.DataFrame(
            [
                _row(style.tasks.get(task, task), merged[merged.task == task], seconds[task])
                for task in dict.fromkeys([*style.tasks, *merged.task])
                if task in set(merged.task)
            ]
        )


def _row(title: str, rows: pd.DataFrame, seconds: float) -> dict[str, str]:
    return {
        "task": title,
        "converged": _share(rows.converged),
        "stalled": _share(rows.stalled),
        "failed": _share(rows.failed),
        "iterations": _mean(rows, "iterations"),
        "median": f"{rows.iterations.median():.0f}",
        "seconds": f"{seconds:.3g}",
        "cost": _mean(rows, "cost"),
        "cost of converged": _mean(rows[rows.converged], "cost"),
        "best known cost": _mean(rows, "best_cost"),
        "over 5% dearer": _share(rows.worse),
        "largest violation": f"{rows.violation[~rows.failed].max():.1e}",
        "reaches goal": _share(rows.reached),
    }


def _share(flags: pd.Series) -> str:
    return f"{100 * flags.astype(float).mean():.0f}%"


def _mean(rows: pd.DataFrame, column: str) -> str:
    """Mean and interval of what is finite: a run without a result has no cost."""
    import numpy as np

    from sobolev_diffusion.figures.over_seeds import over_seeds

    finite = rows[np.isfinite(rows[column])]
    if finite.empty:
        return "-"
    summary = over_seeds(finite, ["task"], column).iloc[0]
    return f"{summary['mean']:.4g} [{summary.low:.4g}, {summary.high:.4g}]"
