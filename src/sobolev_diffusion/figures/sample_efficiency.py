"""Fig. 1: mean cost of the policy against the number of trajectories it learnt from."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sobolev_diffusion.config import SampleEfficiencyFigure
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.curves import draw_curves, legend
from sobolev_diffusion.figures.over_seeds import over_seeds
from sobolev_diffusion.figures.style import Style

CONDITION = ("method", "n_traj", "epochs", "action_length")


def summarise(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Mean policy cost for each method, n_traj, epochs and T_a; TO alone as a row without them.

    Args:
        evaluations: a row per instance, of an experiment's policies and of TO alone; of policies, the last
            iteration counts.

    Returns:
        Columns: method, n_traj, epochs, action_length, mean, low, high, seeds.
    """
    alone = evaluations[evaluations.method == TO_ALONE]
    policies = evaluations[evaluations.method != TO_ALONE]
    policies = policies[policies.iteration == policies.iteration.max()]
    return pd.concat(
        [
            over_seeds(alone, ["method"], "cost"),
            over_seeds(policies, CONDITION, "policy_cost"),
        ],
        ignore_index=True,
    )[[*CONDITION, "mean", "low", "high", "seeds"]]


def at_action_length(summary: pd.DataFrame, action_length: int) -> pd.DataFrame:
    """The rows of TO alone, of direct policies, and of diffusion policies at this T_a."""
    direct = summary.groupby("method").action_length.transform("max") == 1
    return summary[(summary.method == TO_ALONE) | direct | (summary.action_length == action_length)]


def draw(
    evaluations: pd.DataFrame, spec: SampleEfficiencyFigure, style: Style
) -> tuple[Figure, pd.DataFrame]:
    """The figure, one panel for each T_a, and the numbers drawn in it."""
    summary = summarise(evaluations)
    drawn = pd.concat(
        at_action_length(summary, length).assign(panel=length) for length in spec.action_lengths
    )
    task = evaluations.task.iloc[0]
    return plot(summary, style, task, list(spec.action_lengths), spec.cost_limit), drawn


def plot(summary: pd.DataFrame, style: Style, task: str, action_lengths: list[int], limit: float) -> Figure:
    """One panel for each T_a.

    Args:
        summary: from `summarise`.
        style: labels and colours.
        task: its id, for the title.
        action_lengths: T_a of the panels.
        limit: mean costs above it are drawn as marks at the top.
    """
    columns = min(2, len(action_lengths))
    rows = -(-len(action_lengths) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.2 * columns + 1.4, 2.5 * rows), sharex=True, sharey=True,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    for axis in axes.flat[len(action_lengths) :]:
        axis.remove()
    for axis, action_length in zip(axes.flat, action_lengths, strict=False):
        _panel(axis, at_action_length(summary, action_length), style, limit)
        axis.set_title(f"$T_a$ = {action_length}")
    for axis in axes[:, 0]:
        axis.set_ylabel("mean cost")
    for axis in axes[-1]:
        axis.set_xlabel("trajectories $n_{traj}$")
    figure.suptitle(style.tasks.get(task, task))
    figure.legend(handles=legend(summary, style), loc="outside right center")
    return figure


def _panel(axis: Axes, rows: pd.DataFrame, style: Style, limit: float) -> None:
    floor = 0.8 * rows["mean"].min()
    alone = rows[rows.method == TO_ALONE].iloc[0]
    looks = style.methods[TO_ALONE]
    axis.axhline(alone["mean"], color=looks.colour, linewidth=1.5, zorder=1)
    axis.axhspan(max(alone.low, floor), alone.high, color=looks.colour, alpha=0.15, linewidth=0)
    for method, looks in style.methods.items():
        curves = rows[(rows.method == method) & rows.n_traj.notna()]
        draw_curves(axis, curves, "n_traj", looks, floor=floor, top=limit)
    axis.set_xscale("log")
    ticks = sorted(rows.n_traj.dropna().unique())
    axis.set_xticks(ticks, [f"{int(tick)}" for tick in ticks])
    axis.minorticks_off()
    axis.set_yscale("log")
    axis.set_ylim(floor, limit)
