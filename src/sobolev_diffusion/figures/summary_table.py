"""TO alone and refining from policies on many tasks: effort, cost, convergence."""

from __future__ import annotations

import pandas as pd

from sobolev_diffusion.config import SummaryTable
from sobolev_diffusion.config.methods import BEST_KNOWN, TO_ALONE
from sobolev_diffusion.figures.evaluation_cells import among_obstacles
from sobolev_diffusion.figures.over_seeds import over_seeds
from sobolev_diffusion.figures.sample_efficiency import at_action_length
from sobolev_diffusion.figures.style import Style


def make(rows: pd.DataFrame, spec: SummaryTable, style: Style) -> pd.DataFrame:
    """A row per task and method; means over seeds, seconds of rollout and solving on one machine.

    Args:
        rows: evaluations, wall-clock times (those have `total_seconds`) and best known costs (`best_cost`),
            labelled with their timing as `row`.
        spec: the rows, their T_a, the methods.
        style: titles and labels.
    """
    table = []
    for name, length in spec.timings.items():
        part = rows[rows.row == name]
        part = part[part.method.isin([TO_ALONE, BEST_KNOWN, *spec.methods])]
        timed = part.total_seconds.notna()
        best = part[part.method == BEST_KNOWN]
        evaluations = at_action_length(part[~timed & (part.method != BEST_KNOWN)], length)
        times = at_action_length(part[timed], length)
        task = part.task.iloc[0]
        for method in (TO_ALONE, *spec.methods):
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
    return float(over_seeds(rows, ["task"], column)["mean"].iloc[0])


def _seconds(times: pd.DataFrame, method: str) -> dict[str, str]:
    means = times.groupby("method")[["rollout_seconds", "solve_seconds", "total_seconds"]].mean()
    speed_up = means.total_seconds[TO_ALONE] / means.total_seconds[method]
    return {
        "rollout (s)": f"{means.rollout_seconds[method]:.3g}",
        "solving (s)": f"{means.solve_seconds[method]:.3g}",
        "speed-up": f"{speed_up:.3g}",
    }
