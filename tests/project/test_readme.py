"""The README's numbers are those of the tables that the workflow draws."""

from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]


def test_summary_is_that_of_the_drawn_table():
    drawn = pd.read_csv(ROOT / "results/tables/summary.csv", dtype=str).set_index(["task", "method"])
    columns = [
        ("TO alone", "iterations"), ("Sob+Diff", "iterations"), ("Sob+Diff", "speed-up"),
        ("Sob+Diff", "median speed-up"), ("TO alone", "converged"), ("Sob+Diff", "converged"),
    ]  # fmt: skip
    expected = [
        " | ".join([task, *(drawn.loc[(task, method), column] for method, column in columns)])
        for task in drawn.index.unique("task")
    ]
    lines = (ROOT / "README.md").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| task | iterations alone"))
    assert [line.strip("| ") for line in lines[start + 2 : start + 2 + len(expected)]] == expected
