"""TO alone and refining from policies on many tasks: effort, cost, convergence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import BEST_KNOWN, TO_ALONE
from sobolev_diffusion.config.section import PositiveInt, known
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.evaluations import among_obstacles, at_action_length
from sobolev_diffusion.figures.results import Artefact, Artefacts, Results
from sobolev_diffusion.figures.speed_up import speed_up

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style


class SummaryTable(TableDrawing):
    kind: Literal["summary"]
    """TO alone and refining from policies, a row per task and method: effort, cost, convergence."""
    timings: Annotated[dict[str, PositiveInt], Field(min_length=1)]
    """One of `timings` -> T_a of the diffusion policies; the policies that it times, of all seeds."""
    methods: Annotated[tuple[str, ...], Field(min_length=1)]
    """Methods that all of their experiments have."""
    best_known: bool = True
    """Whether costs are compared with the best known ones."""

    def check(self, config: Computation, where: str) -> None:
        for name, length in self.timings.items():
            known(f"{where}.timings", name, config.timings)
            timed = config.timings[name].experiment
            needs.refined(config, where, timed)
            needs.evaluated(config, f"{where}.timings.{name}", timed, length)
            needs.methods(where, self.methods, config.experiments[timed])

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_timings(config, self.timings)

    def artefacts(self, results: Results) -> Artefacts:
        artefacts: list[Artefact] = []
        for name in self.timings:
            timing = results.config.timings[name]
            each = [*results.alone(timing.experiment), results.timing(name)]
            for method in self.methods:
                each += results.longest_evaluations(timing.experiment, method, timing.n_traj)
            if self.best_known:
                task = results.config.experiments[timing.experiment].task
                seeds = results.config.seeds_of(timing.experiment)
                each += [results.best_known(task, seed) for seed in seeds]
            artefacts += [artefact.labelled(row=name) for artefact in each]
        return tuple(artefacts)

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """A row per task and method; means over seeds, seconds of rollout and solving on one machine.

        Args:
            rows: evaluations, wall-clock times (those have `total_seconds`) and best known costs
                (`best_cost`), labelled with their timing as `row`.
            style: titles and labels.
        """
        import pandas as pd

        table = []
        for name, length in self.timings.items():
            part = rows[rows.row == name]
            part = part[part.method.isin([TO_ALONE, BEST_KNOWN, *self.methods])]
            timed = part.total_seconds.notna()
            best = part[part.method == BEST_KNOWN]
            evaluations = at_action_length(part[~timed & (part.method != BEST_KNOWN)], length)
            times = at_action_length(part[timed], length)
            task = part.task.iloc[0]
            for method in (TO_ALONE, *self.methods):
                table.append(
                    {
                        "task": style.tasks.get(task, task),
                        "method": style.label(method),
                        **_cells(evaluations[evaluations.method == method], best),
                        **_seconds(times, method),
                    }
                )
        return pd.DataFrame(table).fillna("-")


def _cells(rows: pd.DataFrame, best: pd.DataFrame) -> dict[str, str]:
    import pandas as pd

    length = rows.action_length.iloc[0]
    cells = {
        "T_a": "-" if pd.isna(length) else f"{length:.0f}",
        "iterations": f"{_mean(rows, 'iterations'):.3g}",
        "median": f"{rows.iterations.median():.4g}",
        "converged": f"{100 * _mean(rows, 'converged'):.0f}%",
        "cost": f"{_mean(rows, 'cost'):.4g}",
    }
    if len(best):
        cells["times best known"] = f"{_mean(rows, 'cost') / _mean(best, 'best_cost'):.3f}"
    rows = among_obstacles(rows)
    if "policy_touching" in rows:
        cells["rollouts touching"] = f"{100 * _mean(rows, 'policy_touching'):.0f}%"
        cells["distance at the end"] = f"{rows.policy_end.median():.2g}"
    return cells


def _mean(rows: pd.DataFrame, column: str) -> float:
    from sobolev_diffusion.figures.over_seeds import over_seeds

    return float(over_seeds(rows, ["task"], column)["mean"].iloc[0])


def _seconds(times: pd.DataFrame, method: str) -> dict[str, str]:
    alone, mine = (times[times.method == each].set_index("instance") for each in (TO_ALONE, method))
    return {
        "rollout (s)": f"{mine.rollout_seconds.mean():.3g}",
        "solving (s)": f"{mine.solve_seconds.mean():.3g}",
        "speed-up": f"{alone.total_seconds.mean() / mine.total_seconds.mean():.3g}",
        "median speed-up": speed_up(alone.total_seconds, mine.total_seconds),
    }
