"""Figures show every training length that their experiment has, and tell them apart."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from sobolev_diffusion.figures import IterationsFigure
from sobolev_diffusion.figures.curves import draw_curves, legend
from sobolev_diffusion.figures.style import Method, Style

STYLE = Style({"diff": Method("Diff", "green", "s"), "to_alone": Method("TO alone", "purple", "none")}, {})


@pytest.fixture
def axis():
    return Figure().subplots()


def points(*epochs: float) -> pd.DataFrame:
    rows = [
        {"method": "diff", "epochs": length, "n_traj": n, "mean": 1.0 / length, "low": 0.0, "high": 2.0}
        for length in epochs
        for n in (1, 2)
    ]
    return pd.DataFrame(rows)


def drawn(axis) -> list[tuple[str, float]]:
    """Dash and height of the lines with marks for points, in the order drawn."""
    lines = [line for line in axis.lines if line.get_marker() == "s"]
    return [(line.get_linestyle(), line.get_ydata()[0]) for line in lines]


@pytest.mark.parametrize(
    ("epochs", "dashes", "labels"),
    [
        ((4,), ["-"], []),
        ((2, 4), ["--", "-"], ["short training", "long training"]),
        ((2, 4, 8), ["--", "-", ":"], ["short training", "long training", "longer training"]),
    ],
)
def test_each_training_length_has_its_line(axis, epochs, dashes, labels):
    rows = points(*epochs)
    draw_curves(axis, rows, "n_traj", STYLE.methods["diff"])
    assert drawn(axis) == [(dash, 1.0 / length) for dash, length in zip(dashes, epochs, strict=True)]
    assert [each.get_label() for each in legend(rows, STYLE)] == ["Diff", *labels, "mean off scale"]


def test_what_has_no_training_length_is_solid(axis):
    draw_curves(axis, points(1.0).assign(epochs=float("nan")), "n_traj", STYLE.methods["diff"])
    assert drawn(axis) == [("-", 1.0)]


def test_more_lengths_than_can_be_told_apart_are_refused(axis):
    with pytest.raises(ValueError, match="Diff: 4 training lengths"):
        draw_curves(axis, points(1, 2, 4, 8), "n_traj", STYLE.methods["diff"])


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
    spec = IterationsFigure(kind="iterations", experiment="e", action_length=2, caption="c", cost_limit=10.0)
    figure, summary = spec.draw(rows, STYLE)
    assert drawn(figure.axes[2]) == [("--", 2.0), ("-", 4.0)]
    shown = summary[(summary.panel == "policy_cost") & summary.epochs.notna()]
    assert shown[["epochs", "iteration", "mean"]].values.tolist() == [
        [2, 1, 0.5], [2, 2, 0.5], [4, 1, 0.25], [4, 2, 0.25],
    ]  # fmt: skip
