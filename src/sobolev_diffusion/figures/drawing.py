"""What figures, tables and animations have in common.

A kind of them is one class in one file: its settings, what it needs, what it shows, how it is drawn. The
configuration is read with it, so what it draws with is imported when it draws.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.section import Entry
from sobolev_diffusion.figures import captions
from sobolev_diffusion.figures.results import Artefacts, Inputs, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style


class Drawing(Entry):
    """A figure, a table or an animation."""

    suffixes: ClassVar[tuple[str, ...]]
    """Of its files."""
    reported: ClassVar[str]
    """Suffix of the file that the report shows."""

    @abstractmethod
    def check(self, config: Computation, where: str) -> None:
        """Check that what it names is there, and goes with it.

        Args:
            config: what is computed.
            where: its place in the configuration, for messages.

        Raises:
            ValueError: the first problem, in one line.
        """

    @abstractmethod
    def artefacts(self, results: Results) -> Artefacts:
        """What it shows; where it tells rows of its own apart, each has a label that says whose it is."""

    @abstractmethod
    def write(self, stem: Path, inputs: Inputs, style: Style) -> None:
        """Draw its files: `stem` with each of its suffixes."""

    @property
    @abstractmethod
    def heading(self) -> str:
        """What the report says of it."""


class WithCaption(Drawing):
    """A figure or a table."""

    caption: str
    """With the number in the paper, and placeholders such as {seeds} for those of the settings."""

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        """What can be put for the placeholders of its caption, by name."""
        return captions.of_experiments(config, [])

    @property
    def heading(self) -> str:
        return self.caption


class FigureDrawing(WithCaption):
    """What all kinds of figures have in common."""

    suffixes = (".pdf", ".png", ".csv")
    reported = ".png"

    caption: str = ""
    """With the number in the paper, and placeholders such as {seeds} for those of the settings."""

    @abstractmethod
    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """The figure, and the numbers that are drawn in it.

        Args:
            rows: what its artefacts hold.
            style: labels, colours and titles.
        """

    def read(self, inputs: Inputs) -> pd.DataFrame:
        """The rows that it draws."""
        return inputs.rows()

    def write(self, stem: Path, inputs: Inputs, style: Style) -> None:
        from sobolev_diffusion.figures.save import save_figure

        save_figure(stem, *self.draw(self.read(inputs), style))


class TableDrawing(WithCaption):
    """What all kinds of tables have in common."""

    suffixes = (".md", ".csv", ".tex")
    reported = ".csv"

    @abstractmethod
    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """The table, of text cells.

        Args:
            rows: what its artefacts hold.
            style: labels and titles.
        """

    def write(self, stem: Path, inputs: Inputs, style: Style) -> None:
        from sobolev_diffusion.figures.save import write_for_readers

        write_for_readers(stem, self.draw(inputs.rows(), style), self.caption)
