"""Which runs of the solver a policy learns from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.config.section import LATER, Section

Ranges = tuple[tuple[int, int], ...]
"""First and last (exclusive) training instance of each of some iterations of Algorithm 1."""


class LearntRuns(Section):
    """Which of the runs that a policy is made from it learns from.

    In the first iteration by the paper's rules these follow from their number, and keys are made of no more.
    """

    instances: int
    """Of all iterations so far."""
    ranges: Annotated[Ranges | None, Field(serialization_alias="chunks", json_schema_extra=LATER)] = None
    """Of the iterations that it learns from."""
    interplay: Annotated[InterplayConfig | None, Field(json_schema_extra=LATER)] = None
    """How iterations collect and train."""
    iteration: Annotated[int | None, Field(json_schema_extra=LATER)] = None
    """Of Algorithm 1, from 1."""

    @property
    def rules(self) -> InterplayConfig:
        """How they are chosen."""
        return self.interplay or InterplayConfig()

    @property
    def of_iterations(self) -> Ranges:
        """Of the iterations that it learns from."""
        return self.ranges or ((0, self.instances),)
