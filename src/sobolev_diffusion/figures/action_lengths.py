"""Fig. 3: policies and their refinement against T_a, after the last iteration of Algorithm 1."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from sobolev_diffusion.config import ActionLengthFigure
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures import panels
from sobolev_diffusion.figures.curves import legend
from sobolev_diffusion.figures.style import Style

PANELS = ("policy_cost", "cost", "iterations", "converged")


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Means and intervals over seeds of every panel, last iteration.

    Args:
        rows: evaluations, a row per instance and T_a.

    Returns:
        Columns: panel, method, epochs, action_length, mean, low, high, seeds; TO alone has no T_a.
    """
    rows = rows[(rows.method == TO_ALONE) | (rows.iteration == rows.iteration.max())]
    return pd.concat([panels.means(rows, "action_length", panel) for panel in PANELS], ignore_index=True)


def draw(rows: pd.DataFrame, spec: ActionLengthFigure, style: Style) -> tuple[Figure, pd.DataFrame]:
    """The figure, a panel for each quantity, and the numbers drawn in it."""
    summary = summarise(rows)
    figure, axes = plt.subplots(1, len(PANELS), figsize=(11.0, 2.9), sharex=True, layout="constrained")
    for axis, (_, part) in zip(axes, summary.groupby("panel", sort=False), strict=True):
        panels.draw_panel(axis, part, "action_length", style, spec.cost_limit)
        axis.set_xlabel("$T_a$")
    figure.legend(handles=legend(summary, style), loc="outside right upper")
    task = rows.task.iloc[0]
    figure.suptitle(style.tasks.get(task, task))
    return figure, summary
