"""When a trajectory was good enough, by hand."""

import numpy as np
import pandas as pd
import pytest

from sobolev_diffusion.config.methods import BEST_KNOWN, FLOOR, TO_ALONE
from sobolev_diffusion.figures.quality import first_within, split
from sobolev_diffusion.figures.style import Method, Style
from sobolev_diffusion.figures.time_to_quality_table import TimeToQualityTable

STYLE = Style(
    {"mine": Method("Mine", "r", "o"), TO_ALONE: Method("TO alone", "b", "none")}, {"task": "The task"}
)


def run(method, instance, iterates, converged=True):
    """iterates: (seconds, cost, feasible), the first being iteration 0 of a guess and 1 of TO alone."""
    first = 1 if method == TO_ALONE else 0
    return [
        {
            "method": method,
            "instance": instance,
            "iteration": first + k,
            "seconds": seconds,
            "cost": cost,
            "feasible": feasible,
            "converged": converged,
            "iterations": len(iterates) - 1 + first,
            "total_seconds": iterates[-1][0],
            "task": "task",
            "row": "one",
        }
        for k, (seconds, cost, feasible) in enumerate(iterates)
    ]


@pytest.fixture
def rows():
    iterates = [
        *run(TO_ALONE, 0, [(1.0, 9.0, False), (2.0, 10.5, True), (4.0, 10.05, True)]),
        *run("mine", 0, [(0.1, 12.0, True), (0.5, 9.5, False), (1.0, 10.0, True)]),
        *run(FLOOR, 0, [(0.2, 10.0, True)]),
        *run(TO_ALONE, 1, [(2.0, 5.0, True)]),
        *run("mine", 1, [(0.5, 5.2, True)], converged=False),
    ]
    best = [
        {"method": BEST_KNOWN, "instance": i, "best_cost": cost, "task": "task", "row": "one"}
        for i, cost in ((0, 11.0), (1, 4.99), (2, 1.0))
    ]
    return pd.DataFrame([*iterates, *best])


def test_the_best_known_is_that_of_the_search_or_of_a_cheaper_feasible_iterate(rows):
    _, best = split(rows)
    assert best.to_dict() == {0: 10.0, 1: 4.99}


def test_the_first_good_iterate_is_feasible(rows):
    first = first_within(*split(rows), 0.01).set_index(["method", "instance"]).seconds
    assert first[TO_ALONE, 0] == 4.0  # 9.0 is infeasible, 10.5 too dear
    assert first["mine", 0] == 1.0
    assert first["mine", 1] == np.inf
    assert first_within(*split(rows), 0.05).set_index(["method", "instance"]).seconds["mine", 1] == 0.5


def test_the_table_compares_instance_by_instance(rows):
    drawing = TimeToQualityTable(kind="time_to_quality", timings={"one": 8}, caption="")
    table = drawing.draw(rows, STYLE).set_index("method")
    assert list(table.index) == ["TO alone", "Mine", "floor"]
    assert table.loc["Mine", "converged"] == "50%"
    assert table.loc["Mine", "within 1%"] == "50%"
    assert table.loc["Mine", "seconds to 1%"] == "-"
    assert table.loc["TO alone", "times as fast to 1%"] == "1 [1, 1]"
    assert table.loc["Mine", "times as fast to 1%"] == "2 [0, 4]"  # 4 times, and never
    assert table.loc["floor", "times as fast to 1%"] == "20 [20, 20]"


def test_costs_may_be_negative(rows):
    rows[["cost", "best_cost"]] -= 100.0
    iterates, best = split(rows)
    assert (best < 0).all()
    found = first_within(iterates, best, 0.01)
    cheap = iterates[iterates.feasible.astype(bool) & (iterates.cost <= iterates.instance.map(best) + 1.0)]
    assert np.isfinite(found.seconds).sum() == len(cheap[["method", "instance"]].drop_duplicates()) > 0
