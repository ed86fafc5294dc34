"""Curves of means, one for each method and training length: the interval over seeds as a band, a mark at the
top where a mean is off scale, and the legend that tells them apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.style import OFF_SCALE, Dash, Method, Style

LENGTHS: dict[str, Dash] = {
    "short training": "--",
    "long training": "-",
    "longer training": ":",
}
"""How training lengths of a method are told apart, shortest first; where it has one, its curve is solid."""


def draw_curves(
    axis: Axes,
    rows: pd.DataFrame,
    x: str,
    looks: Method,
    *,
    floor: float = -np.inf,
    top: float = np.inf,
) -> None:
    """One method's curves, one for each training length.

    Args:
        axis: to draw in.
        rows: columns epochs, mean, low, high and that of x, a row per point.
        x: the column of the horizontal axis.
        looks: colour and mark.
        floor, top: ends of the scale.

    Raises:
        ValueError: a method has more training lengths than can be told apart.
    """
    curves = [curve for _, curve in rows.groupby("epochs", dropna=False)]
    if len(curves) > len(LENGTHS):
        raise ValueError(
            f"{looks.label}: {len(curves)} training lengths, a figure tells {len(LENGTHS)} apart; "
            "draw fewer, or use a table"
        )
    dashes = [*LENGTHS.values()] if len(curves) > 1 else ["-"]
    for dash, curve in zip(dashes, curves, strict=False):
        _draw_curve(axis, curve, x, looks, floor=floor, top=top, linestyle=dash)


def _draw_curve(
    axis: Axes, curve: pd.DataFrame, x: str, looks: Method, *, floor: float, top: float, linestyle: str
) -> None:
    """Its line is faint, and without a band, on the way to what is off scale; without a mean it is there."""
    at, mean = curve[x].to_numpy(float), curve["mean"].fillna(np.inf).to_numpy()
    shown = np.minimum(mean, top)
    on_scale = shown < top
    line: dict[str, Any] = {"color": looks.colour, "linestyle": linestyle, "linewidth": 1.3}
    axis.plot(at, shown, **line, alpha=0.35, zorder=2)
    axis.plot(at, np.where(on_scale, shown, np.nan), **line, marker=looks.marker, markersize=4)
    low, high = curve.low.clip(floor, top), curve.high.clip(floor, top)
    axis.fill_between(at, low, high, where=on_scale, color=looks.colour, alpha=0.12, linewidth=0)
    (marks,) = axis.plot(
        at[~on_scale], shown[~on_scale], **OFF_SCALE, color=looks.colour, clip_on=False, zorder=5
    )
    marks.set_in_layout(False)  # outside the axes, the layout must not make room for them


def legend(summary: pd.DataFrame, style: Style) -> list[Line2D]:
    """The legend's entries: the methods drawn, their training lengths where there are several, and the mark
    of what is off scale.

    Args:
        summary: what is drawn, columns method and epochs.
        style: labels, colours and marks.
    """
    methods = [
        Line2D(
            [],
            [],
            color=looks.colour,
            marker=None if name == TO_ALONE else looks.marker,
            label=looks.label,
        )
        for name, looks in style.methods.items()
        if name in set(summary.method)
    ]
    lengths = summary.groupby("method").epochs.nunique().max()
    dashes = list(LENGTHS.items())[:lengths] if lengths > 1 else []
    return [
        *methods,
        *(Line2D([], [], color="0.4", linestyle=dash, label=label) for label, dash in dashes),
        Line2D([], [], color="0.4", **OFF_SCALE, label="mean off scale"),
    ]
