"""Figures of means show every training length that there is, tell curves apart, and say what is off scale."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sobolev_diffusion.figures import IterationsFigure
from sobolev_diffusion.figures.curves import draw_means
from sobolev_diffusion.figures.style import Method, Style

DIFF, MLP = Method("Diff", "green", "s"), Method("MLP", "gold", "v")
STYLE = Style({"diff": DIFF, "mlp": MLP, "to_alone": Method("TO alone", "purple", "none")}, {})
LIMIT = 10.0


def points(*epochs, method="diff", means=(1.0, 2.0)):
    """A curve for each training length, over n_traj = 1, 2."""
    rows = [
        {"panel": "cost", "method": method, "epochs": length, "n_traj": n + 1, "mean": mean}
        for length in epochs
        for n, mean in enumerate(means)
    ]
    return pd.DataFrame(rows).assign(low=lambda rows: rows["mean"] / 2, high=lambda rows: 2 * rows["mean"])


def drawn(summary, quantity="cost"):
    figure = draw_means(summary, "n_traj", {"cost": ("cost", quantity)}, STYLE, LIMIT, across=1)
    (axis,) = figure.axes
    (legend,) = figure.legends
    return axis, [text.get_text() for text in legend.texts]


def curves(axis, marker="s"):
    """Dash and heights of the curves with a mark."""
    lines = [line for line in axis.lines if line.get_marker() == marker]
    return [(line.get_linestyle(), line.get_ydata().tolist()) for line in lines]


def off_scale(axis):
    """Where marks at the top are."""
    return [x for line in axis.lines if line.get_marker() == (6, 2, 0) for x in line.get_xdata()]


@pytest.mark.parametrize(
    ("epochs", "dashes", "labels"),
    [
        ((4,), ["-"], ["Diff"]),
        ((2, 4), ["-", "--"], ["Diff, 4 epochs", "Diff, 2 epochs"]),
        ((2, 4, 8), ["-", "--", ":"], ["Diff, 8 epochs", "Diff, 4 epochs", "Diff, 2 epochs"]),
        ((np.nan,), ["-"], ["Diff"]),
    ],
)
def test_each_training_length_has_its_line_and_says_its_epochs(epochs, dashes, labels):
    axis, said = drawn(points(*epochs))
    assert [dash for dash, _ in curves(axis)] == dashes
    assert said == labels  # and none of what is not there: nothing is off scale


def test_more_lengths_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="Diff: 4 training lengths"):
        drawn(points(1, 2, 4, 8))


def test_intervals_are_bars_that_stand_side_by_side():
    axis, _ = drawn(pd.concat([points(4), points(4, method="mlp")]))
    bars = [line for line in axis.lines if line.get_marker() in ("", "None")]
    ends = [sorted(line.get_ydata().tolist()) for line in bars]
    assert ends == [[0.8, 2.0], [1.0, 4.0]] * 2  # the scale begins below the lowest mean
    assert len({x for line in bars for x in line.get_xdata()}) == 4
    assert not axis.collections  # no bands that blend


def test_lines_part_the_places():
    axis, _ = drawn(pd.concat([points(4, 8), points(4, 8, method="mlp")]))
    (parting,) = axis.get_xticks(minor=True)
    marked = [line.get_xdata() for line in axis.lines if line.get_marker() not in ("", "None", (6, 2, 0))]
    assert len(marked) == 4
    for first, second in marked:
        assert first + 0.1 < parting < second - 0.1


def test_marks_of_what_is_off_scale_do_not_hide_each_other():
    axis, said = drawn(
        pd.concat([points(4, means=(1.0, 99.0)), points(4, method="mlp", means=(np.nan, 99.0))])
    )
    assert said[-1] == "mean off scale"
    assert len(set(off_scale(axis))) == 3
    ((_, heights),) = curves(axis)
    assert heights[0] == 1.0
    assert np.isnan(heights[1])  # no line to it


def test_few_iterations_are_not_squashed_by_many():
    alone = pd.DataFrame(
        [{"panel": "cost", "method": "to_alone", "mean": 800.0, "low": 700.0, "high": 900.0}]
    )
    axis, said = drawn(pd.concat([points(4), alone]), "count")
    assert axis.get_yscale() == "log"
    assert axis.get_ylim()[0] < 1 < 900 < axis.get_ylim()[1]
    assert said == ["Diff", "TO alone"]


def test_iterations_of_algorithm_1_show_both_training_lengths():
    row = {"task": "t", "seed": 0, "action_length": 2, "learnt_from": None, "converged": True}
    policies = [
        {**row, "method": "diff", "epochs": length, "iteration": k, "policy_cost": 1.0 / length}
        for length in (2, 4)
        for k in (1, 2)
    ]
    alone = {**row, "method": "to_alone", "cost": 2.0, "iterations": 9}
    refined = [{**each, "cost": 2.0, "iterations": each["epochs"]} for each in policies]
    collected = [{**each, "learnt_from": "none"} for each in policies]
    rows = pd.DataFrame([alone, *refined, *collected])
    spec = IterationsFigure(kind="iterations", experiment="e", action_length=2, caption="c", cost_limit=LIMIT)
    figure, summary = spec.draw(rows, replace(STYLE, tasks={"t": "Task"}))
    assert curves(figure.axes[2]) == [("-", [4.0, 4.0]), ("--", [2.0, 2.0])]
    assert all(axis.get_xlabel() and axis.get_xticklabels()[0].get_visible() for axis in figure.axes)
    shown = summary[(summary.panel == "policy_cost") & summary.epochs.notna()]
    assert shown[["epochs", "iteration", "mean"]].values.tolist() == [
        [2, 1, 0.5], [2, 2, 0.5], [4, 1, 0.25], [4, 2, 0.25],
    ]  # fmt: skip
