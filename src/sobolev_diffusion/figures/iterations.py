"""Fig. 2: policies and their refinement over the iterations of Algorithm 1."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sobolev_diffusion.artefact import TO_ALONE
from sobolev_diffusion.config import IterationsFigure
from sobolev_diffusion.figures.sample_efficiency import at_action_length
from sobolev_diffusion.figures.style import OFF_SCALE, Style
from sobolev_diffusion.stats import over_seeds

PANELS = {
    "policy_cost": "policy mean cost",
    "cost": "refined mean cost",
    "iterations": "solver iterations",
    "converged": "refinements converged",
    "rejected": "instances rejected\nwhile collecting",
}
SHARES = ("converged", "rejected")
COSTS = ("policy_cost", "cost")
CONDITION = ["method", "action_length", "iteration"]


def summarise(rows: pd.DataFrame, action_length: int) -> pd.DataFrame:
    """Means and intervals over seeds of every panel, for the longest training of each method.

    Args:
        rows: evaluations, a row per instance and T_a, and what was collected, a row per instance of an
            iteration (told apart by `learnt_from`).
        action_length: T_a of the diffusion policies.

    Returns:
        Columns: panel, method, iteration, mean, low, high, seeds; TO alone has no iteration.
    """
    longest = rows.groupby("method").epochs.transform("max")
    rows = rows[rows.epochs.isna() | (rows.epochs == longest)]
    collected = rows[rows.learnt_from.notna()]
    collected = collected.assign(rejected=collected.learnt_from == "none", action_length=1)
    evaluations = at_action_length(rows[rows.learnt_from.isna()], action_length)
    parts = []
    for panel in PANELS:
        table = collected if panel == "rejected" else evaluations
        if panel == "policy_cost":
            table = table[table.method != TO_ALONE]
        parts.append(over_seeds(table, CONDITION, panel).assign(panel=panel))
    return pd.concat(parts, ignore_index=True)[
        ["panel", "method", "iteration", "mean", "low", "high", "seeds"]
    ]


def draw(rows: pd.DataFrame, spec: IterationsFigure, style: Style) -> tuple[Figure, pd.DataFrame]:
    """The figure, a panel for each quantity, and the numbers drawn in it."""
    summary = summarise(rows, spec.action_length)
    figure, axes = plt.subplots(2, 3, figsize=(9.0, 5.0), sharex=True, layout="constrained")
    for axis, (panel, title) in zip(axes.flat, PANELS.items(), strict=False):
        _panel(axis, summary[summary.panel == panel], style, spec.cost_limit if panel in COSTS else None)
        axis.set_title(title, fontsize=9)
        if panel in SHARES:
            axis.yaxis.set_major_formatter(PercentFormatter(1.0))
            axis.set_ylim(-0.03, 1.03)
        if panel == "iterations":
            axis.set_ylim(bottom=0)
    axes[0, 2].tick_params(labelbottom=True)
    for axis in (axes[1, 0], axes[1, 1], axes[0, 2]):
        axis.set_xlabel("iteration of Algorithm 1")
    legend = axes.flat[-1]
    legend.set_axis_off()
    legend.legend(handles=_legend(summary, style), loc="center")
    task = rows.task.iloc[0]
    figure.suptitle(f"{style.tasks.get(task, task)}, $T_a$ = {spec.action_length}")
    return figure, summary


def _panel(axis: Axes, rows: pd.DataFrame, style: Style, limit: float | None) -> None:
    """One quantity; with a limit on a logarithmic scale that ends there."""
    top = np.inf if limit is None else limit
    floor = -np.inf if limit is None else 0.8 * rows["mean"].min()
    for method, looks in style.methods.items():
        curve = rows[rows.method == method]
        if method == TO_ALONE:
            for row in curve.itertuples():
                axis.axhline(min(row.mean, top), color=looks.colour, linewidth=1.5, zorder=1)
            continue
        x, mean = curve.iteration.to_numpy(float), curve["mean"].fillna(np.inf).to_numpy()
        shown = np.minimum(mean, top)
        axis.plot(x, shown, color=looks.colour, marker=looks.marker, markersize=4, linewidth=1.3)
        low, high = curve.low.clip(floor, top), curve.high.clip(floor, top)
        axis.fill_between(x, low, high, color=looks.colour, alpha=0.12, linewidth=0)
        if limit is not None:
            over = mean >= limit
            (marks,) = axis.plot(
                x[over], shown[over], **OFF_SCALE, color=looks.colour, clip_on=False, zorder=5
            )
            marks.set_in_layout(False)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    if limit is not None:
        axis.set_yscale("log")
        axis.set_ylim(floor, limit)


def _legend(summary: pd.DataFrame, style: Style) -> list[Line2D]:
    handles = [
        Line2D([], [], color=looks.colour, marker=looks.marker, label=looks.label)
        for name, looks in style.methods.items()
        if name in set(summary.method)
    ]
    return [*handles, Line2D([], [], color="0.4", **OFF_SCALE, label="mean off scale")]
