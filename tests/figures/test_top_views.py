"""Paths from above: what is drawn is told, and where a rollout touches a column is marked."""

from itertools import pairwise

import numpy as np
import pandas as pd

from sobolev_diffusion.figures import SolutionsFigure, TopViewsFigure
from sobolev_diffusion.figures.style import Method, Style

STYLE = Style(
    {"diff": Method("Diff", "green", "s"), "to_alone": Method("TO alone", "purple", "none")}, {"t": "Field"}
)


def series(name, instance, time, **coordinates):
    return [
        {"series": name, "instance": instance, "name": axis, "unit": "m", "time": at, "value": value}
        for at, values in enumerate(zip(*coordinates.values(), strict=True), start=time)
        for axis, value in zip(coordinates, values, strict=True)
    ]


def field(straight):
    """A column in the middle of the way of instance 0; instance 1 passes far from it."""
    x = np.linspace(-1.0, 1.0, 5)
    y = 0 * x if straight else np.array([0.0, 0.5, 0.8, 0.5, 0.0])
    rows = [*series("column", 0, 0, x=[0.0], y=[0.0], radius=[0.3])]
    for instance, shift in enumerate((0.0, 3.0)):
        rows += series("path", instance, 0, x=x, y=y + shift, z=1 + 0 * x)
        rows += series("goal", instance, 4, x=x[-1:], y=y[-1:] + shift, z=[1.0])
    return pd.DataFrame(rows).assign(row="field", task="t")


def test_marks_where_a_rollout_touches_and_says_what_is_what():
    judged = {"row": "field", "task": "t", "method": "diff", "action_length": 8, "seed": 0}
    evaluated = [
        {**judged, "instance": instance, "policy_clearance": clearance}
        for instance, clearance in enumerate((-0.1, 2.5))
    ]
    alone, policy = field(False).assign(method="to_alone"), field(True).assign(method="diff")
    rows = pd.concat([alone, pd.DataFrame(evaluated), policy], ignore_index=True)
    spec = TopViewsFigure(kind="top_views", experiments=("field",), methods=("diff",), action_length=8)
    figure, drawn = spec.draw(rows, STYLE)
    assert set(drawn.series) == {"path", "goal", "column"}
    touches = [
        np.column_stack(line.get_data()).tolist()
        for axis in figure.axes
        for line in axis.lines
        if line.get_label() == "touches a column"
    ]
    assert touches == [[], [[0.0, 0.0]]]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.texts] == ["start", "goal", "touches a column", "column"]


def test_paths_in_space_are_shown_from_above_and_from_the_side():
    rows = field(False)
    figure, _ = SolutionsFigure(kind="solutions", task="t").draw(rows[rows.series != "column"], STYLE)
    shown = [axis for axis in figure.axes if axis.axison]
    assert [(axis.get_xlabel(), axis.get_ylabel()) for axis in shown] == [
        ("x (m)", "y (m)"),
        ("x (m)", "z (m)"),
    ]
    figure.draw_without_rendering()
    for axis in shown:  # ticks that can be read
        boxes = [label.get_window_extent() for label in axis.get_xticklabels() if label.get_text()]
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
