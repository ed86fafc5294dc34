"""What is written for readers is text, whatever the cells hold."""

import csv

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from sobolev_diffusion.figures.save import save_figure, write_for_readers

FORMULAS = ["=1+2", "+cmd|calc", "@SUM(A1)", "-2+3", "\t=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_computes_nothing_that_stands_in_a_cell_or_a_title(tmp_path, text):
    table = pd.DataFrame({text: ["TO alone", text]})
    write_for_readers(tmp_path / "table", table, "")
    save_figure(tmp_path / "figure", plt.figure(), table.assign(number=[1.5, -2.5]))
    for name in ("table.csv", "figure.csv"):
        rows = list(csv.reader((tmp_path / name).open(newline="")))
        assert rows[0][0] == rows[2][0] == f"'{text}"
        assert rows[1][0] == "TO alone"
    assert [row[1] for row in rows[1:]] == ["1.5", "-2.5"]


@pytest.mark.parametrize("text", ["-", "-1.5", "+3", "-2e-05", "-12%", "a = b", "1-2", ""])
def test_numbers_and_other_texts_stay_as_they_are(tmp_path, text):
    write_for_readers(tmp_path / "table", pd.DataFrame({"cell": [text], "other": ["x"]}), "")
    assert (tmp_path / "table.csv").read_text().splitlines()[1] == f"{text},x"


def test_a_cell_of_markdown_stays_in_its_column_and_its_row(tmp_path):
    write_for_readers(tmp_path / "table", pd.DataFrame({"a|b": ["c|d\ne"]}), "Caption.")
    caption, _, titles, _, cells = (tmp_path / "table.md").read_text().splitlines()
    assert caption == "Caption."
    assert titles.replace(" ", "") == "|a\\|b|"
    assert cells.split() == ["|", "c\\|d", "e", "|"]
