"""A curve of means: its interval over seeds as a band, and a mark at the top where a mean is off scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sobolev_diffusion.figures.style import OFF_SCALE, Method


def draw_curve(
    axis: Axes,
    curve: pd.DataFrame,
    x: str,
    looks: Method,
    *,
    floor: float = -np.inf,
    top: float = np.inf,
    linestyle: str = "-",
) -> None:
    """One method's curve; its line is faint, and without a band, on the way to what is off scale.

    Args:
        axis: to draw in.
        curve: columns mean, low, high and that of x, a row per point; without a mean it is off scale.
        x: the column of the horizontal axis.
        looks: colour and mark.
        floor, top: ends of the scale.
        linestyle: solid, unless there are several curves of a method.
    """
    at, mean = curve[x].to_numpy(float), curve["mean"].fillna(np.inf).to_numpy()
    shown = np.minimum(mean, top)
    on_scale = shown < top
    line = {"color": looks.colour, "linestyle": linestyle, "linewidth": 1.3}
    axis.plot(at, shown, **line, alpha=0.35, zorder=2)
    axis.plot(at, np.where(on_scale, shown, np.nan), **line, marker=looks.marker, markersize=4)
    low, high = curve.low.clip(floor, top), curve.high.clip(floor, top)
    axis.fill_between(at, low, high, where=on_scale, color=looks.colour, alpha=0.12, linewidth=0)
    (marks,) = axis.plot(
        at[~on_scale], shown[~on_scale], **OFF_SCALE, color=looks.colour, clip_on=False, zorder=5
    )
    marks.set_in_layout(False)  # outside the axes, the layout must not make room for them
