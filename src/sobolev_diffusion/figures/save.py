"""How figures and tables reach the disk: the same data, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sobolev_diffusion.files import write_atomically, write_text_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?")


def save_figure(stem: Path, figure: Figure, drawn: pd.DataFrame) -> None:
    """Write stem.pdf, stem.png and stem.csv (what is drawn)."""
    import matplotlib.pyplot as plt

    write_atomically(
        stem.with_suffix(".pdf"),
        lambda partial: figure.savefig(
            partial,
            format="pdf",
            metadata={"CreationDate": None, "Producer": None, "Creator": None},
        ),
    )
    write_atomically(
        stem.with_suffix(".png"),
        lambda partial: figure.savefig(partial, format="png", metadata={"Software": None}),
    )
    csv = _csv(drawn)
    write_text_atomically(stem.with_suffix(".csv"), csv)
    plt.close(figure)


def write_for_readers(stem: Path, table: pd.DataFrame, caption: str) -> None:
    """Write a table of text cells as stem.csv, stem.md and stem.tex, in which a cell is text and no more."""
    csv = _csv(table)
    cells = _each_text(table, lambda text: " ".join(text.split("\n")).replace("|", "\\|"))
    markdown = f"{caption}\n\n{cells.to_markdown(index=False, disable_numparse=True)}\n"
    latex = table.to_latex(index=False, escape=True, caption=caption)
    for suffix, text in ((".csv", csv), (".md", markdown), (".tex", latex)):
        write_text_atomically(stem.with_suffix(suffix), text)


def _csv(table: pd.DataFrame) -> str:
    return _each_text(table, _no_formula).to_csv(index=False, lineterminator="\n", float_format="%.6g")


def _no_formula(text: str) -> str:
    """A text that a spreadsheet would compute, marked as text."""
    return f"'{text}" if re.match(r"[=+@\t\r]|-.", text) and not _NUMBER.fullmatch(text) else text


def _each_text(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """A table with its titles and all cells that are texts changed."""

    def changed(cell: Any) -> Any:
        return change(cell) if isinstance(cell, str) else cell

    texts = table.copy()
    for name, column in table.items():
        if column.dtype.kind not in "biufM":
            texts[name] = column.map(changed)
    return texts.rename(columns=changed)
