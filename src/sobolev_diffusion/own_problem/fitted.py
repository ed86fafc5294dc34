"""What a fit ends with, and how it fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.own_problem.ways import Way
from sobolev_diffusion.policies import ChunkPolicy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import ControlMode


class FitError(RuntimeError):
    """Nothing can be fitted: what is missing, and what to do. One line."""


@dataclass
class Fitted:
    """What a fit ends with.

    Attributes:
        cold, warm: settings of the solver, alone and from a guess.
        way: where the solver starts from.
        control, action_length: what the policy generates, and its T_a.
        policy: the best one trained.
        demonstrations: what it learnt from, and what nearest ones are looked for in.
        tried: rows of what was tried: step, choice, result, taken.
        curve: rows of the learning curve: solves, learnt from, iterations by way.
    """

    cold: SolverConfig
    warm: WarmConfig
    way: Way
    control: ControlMode
    action_length: int
    policy: ChunkPolicy
    demonstrations: Demonstrations
    tried: list[dict[str, Any]] = field(default_factory=list)
    curve: list[dict[str, Any]] = field(default_factory=list)
