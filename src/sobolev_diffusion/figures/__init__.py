"""Figures, tables and animations: a kind of them is one file, with its settings, what it needs of the
configuration, the artefacts that it shows, and how it is drawn.

Looking at them loads no plotting library: what they draw with is imported when they draw.
"""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from sobolev_diffusion.figures.action_lengths_figure import ActionLengthFigure
from sobolev_diffusion.figures.action_lengths_table import ActionLengthTable
from sobolev_diffusion.figures.animation import Animation
from sobolev_diffusion.figures.drawing import Drawing, FigureDrawing, TableDrawing
from sobolev_diffusion.figures.iterations_figure import IterationsFigure
from sobolev_diffusion.figures.profiles_figure import ProfilesFigure
from sobolev_diffusion.figures.sample_efficiency_figure import SampleEfficiencyFigure
from sobolev_diffusion.figures.sample_efficiency_table import SampleEfficiencyTable
from sobolev_diffusion.figures.solutions_figure import SolutionsFigure
from sobolev_diffusion.figures.summary_table import SummaryTable
from sobolev_diffusion.figures.time_to_quality_table import TimeToQualityTable
from sobolev_diffusion.figures.timing_table import TimingTable
from sobolev_diffusion.figures.to_alone_table import ToAloneTable
from sobolev_diffusion.figures.top_views_figure import TopViewsFigure
from sobolev_diffusion.figures.trajectories_needed_table import TrajectoriesNeededTable
from sobolev_diffusion.figures.variants_table import VariantsTable

__all__ = [
    "SECTIONS",
    "ActionLengthFigure",
    "ActionLengthTable",
    "Animation",
    "AnyFigure",
    "AnyTable",
    "Drawing",
    "FigureDrawing",
    "IterationsFigure",
    "SampleEfficiencyFigure",
    "SampleEfficiencyTable",
    "SolutionsFigure",
    "SummaryTable",
    "TableDrawing",
    "TimingTable",
    "ToAloneTable",
    "TopViewsFigure",
    "TrajectoriesNeededTable",
    "VariantsTable",
    "from_settings",
]

AnyFigure = Annotated[
    SampleEfficiencyFigure
    | IterationsFigure
    | ActionLengthFigure
    | ProfilesFigure
    | TopViewsFigure
    | SolutionsFigure,
    Field(discriminator="kind"),
]
AnyTable = Annotated[
    SampleEfficiencyTable
    | TimingTable
    | ActionLengthTable
    | VariantsTable
    | TrajectoriesNeededTable
    | SummaryTable
    | TimeToQualityTable
    | ToAloneTable,
    Field(discriminator="kind"),
]

SECTIONS: dict[str, type[Drawing]] = {
    "figures": FigureDrawing,  # type: ignore[type-abstract]
    "tables": TableDrawing,  # type: ignore[type-abstract]
    "animations": Animation,
}
"""Section of the configuration -> what its entries have in common."""


def from_settings(section: str, settings: dict[str, Any]) -> Drawing:
    """A figure, a table or an animation, from what the configuration says of it."""
    kinds: dict[str, Any] = {"figures": AnyFigure, "tables": AnyTable, "animations": Animation}
    return TypeAdapter(kinds[section]).validate_python(settings)
