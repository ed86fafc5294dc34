"""What a problem (1) may be, Aligator's or Crocoddyl's, and what the checks ask of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.crocoddyl_models import CrocoddylCost, CrocoddylDynamics, is_crocoddyl
from sobolev_diffusion.tasks.interfaces import Dynamics, StateSpace

if TYPE_CHECKING:
    import crocoddyl

Array = NDArray[np.float64]

Problem: TypeAlias = "aligator.TrajOptProblem | crocoddyl.ShootingProblem"
_ALIGATOR = (aligator.manifolds.ManifoldAbstract, aligator.ExplicitDynamicsModel)
KINDS = "an aligator.TrajOptProblem or a crocoddyl.ShootingProblem"


def is_aligator(problem: object) -> TypeGuard[aligator.TrajOptProblem]:
    """Whether a problem is Aligator's."""
    return isinstance(problem, aligator.TrajOptProblem)


def of_aligator(*things: StateSpace | Dynamics) -> bool:
    """Whether a state space and dynamics are Aligator's, and so known to C++."""
    return all(isinstance(each, _ALIGATOR) for each in things)


def steps_of(problem: Problem) -> int:
    """T."""
    return int(problem.T) if is_crocoddyl(problem) else int(problem.num_steps)


def initial_state_of(problem: Problem) -> Array:
    """x_0, (nx,)."""
    return np.array(problem.x0 if is_crocoddyl(problem) else problem.x0_init)


def data_of(problem: Problem) -> aligator.TrajOptData | None:
    """What a problem is evaluated into; none of Crocoddyl's, which holds its own."""
    return None if is_crocoddyl(problem) else aligator.TrajOptData(problem)


def cost_of(problem: Problem, xs: Array, us: Array) -> float:
    """Cost of (1) along xs (T+1, nx), us (T, nu)."""
    if is_crocoddyl(problem):
        return float(problem.calc(list(xs), list(us)))
    return float(problem.evaluate(list(xs), list(us), aligator.TrajOptData(problem)))


def costs_of(problem: Problem, xs: Array, us: Array) -> Array:
    """Cost of each stage and of the end along xs (T+1, nx), us (T, nu), (T+1,)."""
    if is_crocoddyl(problem):
        problem.calc(list(xs), list(us))
        return np.array([each.cost for each in (*problem.runningDatas, problem.terminalData)])
    data = aligator.TrajOptData(problem)
    problem.evaluate(list(xs), list(us), data)
    return np.array([*(stage.cost_data.value for stage in data.stage_data), data.term_cost.value])


@dataclass(frozen=True)
class Node:
    """What a problem has at one time.

    Attributes:
        dynamics: with createData(), forward(x, u, data), dForward(x, u, data); None where it is implicit or
            there is none.
        cost: with nu, createData(), evaluate(x, u, data), computeGradients(x, u, data).
        constraints: functions of Aligator's.
    """

    dynamics: Any
    cost: Any
    constraints: Sequence[Any]


def stage_of(problem: Problem, t: int) -> Node:
    """Stage t, from 0 to T-1."""
    if is_crocoddyl(problem):
        model = problem.runningModels[t]
        return Node(CrocoddylDynamics(model), CrocoddylCost(model), ())
    stage = problem.stages[t]
    explicit = isinstance(stage.dynamics, aligator.ExplicitDynamicsModel)
    return Node(stage.dynamics if explicit else None, stage.cost, list(stage.constraints.funcs))


def end_of(problem: Problem) -> Node:
    """The terminal cost and constraints."""
    if is_crocoddyl(problem):
        return Node(None, CrocoddylCost(problem.terminalModel, terminal=True), ())
    return Node(None, problem.term_cost, list(problem.term_constraints.funcs))
