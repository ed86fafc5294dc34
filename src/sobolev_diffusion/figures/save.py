"""How figures and tables reach the disk: the same data, the same bytes."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from sobolev_diffusion.files import write_atomically, write_text_atomically


def save_figure(stem: Path, figure: Figure, drawn: pd.DataFrame) -> None:
    """Write stem.pdf, stem.png and stem.csv (what is drawn)."""
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
    csv = drawn.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    write_text_atomically(stem.with_suffix(".csv"), csv)
    plt.close(figure)


def write_for_readers(stem: Path, table: pd.DataFrame, caption: str) -> None:
    """Write a table of text cells as stem.csv, stem.md and stem.tex."""
    csv = table.to_csv(index=False, lineterminator="\n")
    markdown = f"{caption}\n\n{table.to_markdown(index=False, disable_numparse=True)}\n"
    latex = table.to_latex(index=False, escape=True, caption=caption)
    for suffix, text in ((".csv", csv), (".md", markdown), (".tex", latex)):
        write_text_atomically(stem.with_suffix(suffix), text)
