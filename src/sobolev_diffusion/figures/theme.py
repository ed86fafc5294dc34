"""The look of all figures: seaborn's theme, set by importing this."""

from __future__ import annotations

from typing import Literal

import matplotlib

matplotlib.use("agg")
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

sns.set_theme(
    context="paper",
    style="whitegrid",
    font="DejaVu Sans",  # comes with matplotlib: the same bytes wherever it is drawn
    rc={
        "axes.titlesize": 9,
        "axes.labelsize": 9,
        "grid.color": "0.9",
        "legend.frameon": False,
        "pdf.fonttype": 42,
        "savefig.dpi": 200,
    },
)

WIDE = 300  # of an axis, its largest number over its smallest: labels between powers of ten would touch


def logarithmic(axis: Axes, which: Literal["x", "y"]) -> None:
    """A logarithmic axis, whose ends are set, with its numbers written out."""
    low, high = axis.get_xlim() if which == "x" else axis.get_ylim()
    axis.set(**{f"{which}scale": "log"})
    ticks = axis.xaxis if which == "x" else axis.yaxis
    ticks.set_major_locator(LogLocator(subs=(1,) if high / low > WIDE else (1, 3)))
    ticks.set_major_formatter(StrMethodFormatter("{x:g}"))
    ticks.set_minor_locator(NullLocator())
