"""Fig. 2: policies and their refinement over the iterations of Algorithm 1."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from sobolev_diffusion.config import IterationsFigure
from sobolev_diffusion.figures import panels
from sobolev_diffusion.figures.curves import legend
from sobolev_diffusion.figures.sample_efficiency import at_action_length
from sobolev_diffusion.figures.style import Style


def summarise(rows: pd.DataFrame, action_length: int) -> pd.DataFrame:
    """Means and intervals over seeds of every panel.

    Args:
        rows: evaluations, a row per instance and T_a, and what was collected, a row per instance of an
            iteration (told apart by `learnt_from`).
        action_length: T_a of the diffusion policies.

    Returns:
        Columns: panel, method, epochs, iteration, mean, low, high, seeds; TO alone has no iteration.
    """
    collected = rows[rows.learnt_from.notna()]
    collected = collected.assign(rejected=collected.learnt_from == "none")
    evaluations = at_action_length(rows[rows.learnt_from.isna()], action_length)
    parts = [
        panels.means(collected if panel == "rejected" else evaluations, "iteration", panel)
        for panel in panels.TITLES
    ]
    return pd.concat(parts, ignore_index=True)


def draw(rows: pd.DataFrame, spec: IterationsFigure, style: Style) -> tuple[Figure, pd.DataFrame]:
    """The figure, a panel for each quantity, and the numbers drawn in it."""
    summary = summarise(rows, spec.action_length)
    figure, axes = plt.subplots(2, 3, figsize=(9.0, 5.0), sharex=True, layout="constrained")
    for axis, (_, part) in zip(axes.flat, summary.groupby("panel", sort=False), strict=False):
        panels.draw_panel(axis, part, "iteration", style, spec.cost_limit)
    axes[0, 2].tick_params(labelbottom=True)
    for axis in (axes[1, 0], axes[1, 1], axes[0, 2]):
        axis.set_xlabel("iteration of Algorithm 1")
    last = axes.flat[-1]
    last.set_axis_off()
    last.legend(handles=legend(summary, style), loc="center")
    task = rows.task.iloc[0]
    figure.suptitle(f"{style.tasks.get(task, task)}, $T_a$ = {spec.action_length}")
    return figure, summary
