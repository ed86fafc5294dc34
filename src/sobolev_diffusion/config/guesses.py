"""How the solver's guess is chosen among a policy's rollouts and what else there is."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sobolev_diffusion.config.section import LATER, PositiveFloat, PositiveInt, Section


class GuessConfig(Section):
    """Ours, not the paper's, which always starts from one rollout: that is the default."""

    samples: PositiveInt = 1
    """N: rollouts of the policy to choose from, by cost and violation; where it draws nothing they are all
    the same."""
    enough: PositiveFloat | None = None
    """Roll out one sample first, and the others only where it costs more than this many times what
    demonstrations near the instance cost; none: all at once."""
    nearest: bool = False
    """Whether the nearest demonstration, followed with its gains, is one to choose from."""
    nearest_in_parameters: Annotated[bool, Field(json_schema_extra=LATER)] = False
    """Whether it is followed with its gains in the task's parameters too, where the policy learnt from those:
    without, what it ends at is its own target, not the instance's."""
    nearest_margin: Annotated[float, Field(ge=1, json_schema_extra=LATER)] = 1.0
    """How many times less than the policy's best rollout it has to cost to be chosen: a neighbour's way may
    be cheap as it is, and still lead the solver to a worse local minimum."""
    violation_weight: PositiveFloat = 1000.0
    """What a unit of constraint violation adds to a rollout's cost, beyond what is allowed."""
    allowed_violation: Annotated[float, Field(ge=0, json_schema_extra=LATER)] = 0.0
    """Violation up to this adds nothing, as what is below the solver's tolerance never does. Where
    constraints keep a margin, a rollout somewhat within it is as good a start as one that stays clear, and
    often a better one than a dearer one that does."""
    region: PositiveFloat | None = None
    """A rollout is stopped, and is no guess, once a coordinate of its state is farther outside those of the
    demonstrations than this many times their extent; none: only where it runs away to infinity."""
    neighbours: PositiveInt = 5
    """How many of the nearest demonstrations say what a solution costs: their median."""
    cold_above: PositiveFloat | None = None
    """Start from the interpolated guess where even the best rollout costs more than this many times that;
    none: only where every rollout was stopped."""
    restart: bool = False
    """Where the solver does not converge from a rollout, start again from the interpolated guess, as TO alone
    does; iterations and seconds of both count."""

    @model_validator(mode="after")
    def _something_follows(self) -> Self:
        if self.nearest_in_parameters and not self.nearest:
            raise ValueError("nearest_in_parameters: nothing is followed; set nearest: true")
        if self.nearest_margin > 1 and not self.nearest:
            raise ValueError("nearest_margin: nothing is followed; set nearest: true")
        return self

    @property
    def needs_demonstrations(self) -> bool:
        """Whether the choice looks at what the policy learnt from."""
        return self.nearest or any(each is not None for each in (self.enough, self.region, self.cold_above))
