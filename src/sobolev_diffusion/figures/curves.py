"""Figures of means: panels with a curve for each method and training length, intervals over seeds as bars.
Curves stand side by side, so that neither bars nor marks hide each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.figures.theme import logarithmic

Quantity = Literal["cost", "count", "share"]
PLACES = {
    "n_traj": "trajectories $n_{traj}$",
    "action_length": "$T_a$",
    "iteration": "iteration of Algorithm 1",
}
"""What can be on the horizontal axis."""
DASHES = ("-", "--", ":")
"""Of the training lengths of a method, the longest first."""
OFF_SCALE: dict[str, Any] = {"linestyle": "none", "marker": (6, 2, 0), "markersize": 6, "clip_on": False}
"""The mark at the top of a panel for a mean above its limit."""


def draw_means(
    summary: pd.DataFrame,
    x: str,
    panels: Mapping[Any, tuple[str, Quantity]],
    style: Style,
    cost_limit: float,
    across: int,
) -> Figure:
    """Draw a summary.

    Args:
        summary: columns panel, method, epochs, mean, low, high and that of x, a row per point; TO alone has
            no x.
        x: one of PLACES.
        panels: title and quantity of each panel.
        style: labels, colours and marks.
        cost_limit: top of the scale of costs; means above it are marks there.
        across: panels side by side; where they leave a place free, the legend is there.

    Raises:
        ValueError: a method has more training lengths than can be told apart.
    """
    curves = _curves(summary, style)
    limits = _limits(summary, panels, cost_limit)
    bottom, top = (summary.panel.map({name: ends[k] for name, ends in limits.items()}) for k in (0, 1))
    beyond = ~(summary["mean"] < top)  # or not a number: nothing came out
    ends = {name: summary[name].where(~beyond, top).clip(bottom, top) for name in ("low", "mean", "high")}
    shown = summary.assign(**ends)
    points = shown[shown.method != TO_ALONE].merge(curves, on=["method", "epochs"]).astype({x: int})
    grid = sns.catplot(
        points.melt([x, "panel", "label"], ["low", "mean", "high"]), kind="point",
        estimator="median", errorbar=("pi", 100),  # of these three: the mean, and both ends
        x=x, y="value", hue="label", col="panel", col_wrap=across, col_order=[*panels],
        hue_order=[*curves.label], palette=[*curves.colour], markers=[*curves.marker],
        linestyles=[*curves.dash], dodge=min(0.75, 0.08 * len(curves)) if len(curves) > 1 else False,
        linewidth=1.2, markersize=4,
        err_kws={"alpha": 0.5}, sharex=False, sharey=False, legend=False, height=2.3, aspect=1.4,
    )  # fmt: skip
    for name, axis in grid.axes_dict.items():
        title, quantity = panels[name]
        axis.set(title=title, xlabel=PLACES[x], ylabel="", ylim=limits[name])
        _mark_off_scale(axis)
        # lines between the places, so that it is seen where a point belongs
        axis.set_xticks(np.arange(0.5, len(axis.get_xticks()) - 1), minor=True)
        axis.tick_params(axis="x", which="minor", length=0)
        axis.grid(axis="x", which="minor", color="0.93", linewidth=0.8)
        colour = style.methods[TO_ALONE].colour
        for alone in shown[(shown.panel == name) & (shown.method == TO_ALONE)].itertuples():
            axis.axhline(alone.mean, color=colour, linewidth=1.5, zorder=1)
            axis.axhspan(alone.low, alone.high, color=colour, alpha=0.15, linewidth=0)
        if quantity == "share":
            axis.yaxis.set_major_formatter(PercentFormatter(1.0))
        else:
            logarithmic(axis, "y")
    handles: list[dict[str, Any]] = [
        {"color": c.colour, "marker": c.marker, "linestyle": c.dash, "label": c.label}
        for c in curves.itertuples()
    ]
    if TO_ALONE in set(summary.method):
        handles.append({"color": colour, "label": style.label(TO_ALONE)})
    if beyond.any():
        handles.append({"color": "0.4", **OFF_SCALE, "label": "mean off scale"})
    free = len(panels) % across
    place = (free + across) / 2 / across, 0.5 / -(-len(panels) // across)  # the middle of what is left free
    where = {"loc": "center", "bbox_to_anchor": place} if free else {"loc": "outside right center"}
    grid.figure.set_layout_engine("constrained")
    grid.figure.legend(handles=[Line2D([], [], **each) for each in handles], **where)
    return grid.figure


def _limits(
    summary: pd.DataFrame, panels: Mapping[Any, tuple[str, Quantity]], cost_limit: float
) -> dict[Any, tuple[float, float]]:
    """Ends of the vertical axis of each panel: the same where all show one quantity."""
    limits = {}
    for name, (_, quantity) in panels.items():
        same = len({quantity for _, quantity in panels.values()}) == 1
        rows = summary if same else summary[summary.panel == name]
        top = cost_limit if quantity == "cost" else 1.2 * rows.high[np.isfinite(rows.high)].max()
        bottom = min(0.8 * rows["mean"][rows["mean"] > 0].min(), top / 3)
        limits[name] = (-0.03, 1.03) if quantity == "share" else (bottom, top)
    return limits


def _mark_off_scale(axis: Axes) -> None:
    """Marks instead of the points that are at the top, and no line to them."""
    top = axis.get_ylim()[1]
    for line in list(axis.lines):
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        if line.get_marker() not in ("", "None", None):
            (marks,) = axis.plot(x[y >= top], y[y >= top], **OFF_SCALE, color=line.get_color(), zorder=5)
            marks.set_in_layout(False)  # outside the axes: the layout must not make room for them
            line.set_ydata(np.where(y >= top, np.nan, y))
            line.set_clip_on(False)  # marks at the ends are whole


def _curves(summary: pd.DataFrame, style: Style) -> pd.DataFrame:
    """How each curve looks: columns method, epochs, label, colour, marker, dash."""
    policies = summary.loc[summary.method != TO_ALONE, ["method", "epochs"]].drop_duplicates()
    rows = []
    for method, looks in style.methods.items():
        lengths = policies[policies.method == method].epochs.sort_values(ascending=False)
        if len(lengths) > len(DASHES):
            raise ValueError(
                f"{looks.label}: {len(lengths)} training lengths, a figure tells {len(DASHES)} apart; "
                "draw fewer, or use a table"
            )
        for dash, epochs in zip(DASHES, lengths, strict=False):
            label = f"{looks.label}, {epochs:g} epochs" if len(lengths) > 1 else looks.label
            rows.append((method, epochs, label, looks.colour, looks.marker, dash))
    return pd.DataFrame(rows, columns=["method", "epochs", "label", "colour", "marker", "dash"])
