"""Targets of quadratic costs, set in a whole problem by the names of their components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.tasks.extras import in_cpp

Array = NDArray[np.float64]
CostTargets = Mapping[str, Array]

_IN_CPP = in_cpp("setCostTargets")


def set_cost_targets(problem: aligator.TrajOptProblem, targets: CostTargets) -> None:
    """In the stacks of costs of all stages and of the end, wherever there is a component of that name.

    Args:
        problem: changed in place.
        targets: states, (nx,), of a QuadraticStateCost; controls, (nu,), of a QuadraticControlCost; points,
            (3,) m, of a QuadraticResidualCost of a FrameTranslationResidual.

    Raises:
        ValueError: a name that no component has, a cost of another kind, a target of another length.
    """
    if _IN_CPP is not None:
        _IN_CPP(problem, dict(targets))
        return
    stacks = [stage.cost for stage in problem.stages] + [problem.term_cost]
    for name, target in targets.items():
        found = [cost for stack in stacks if (cost := _component(stack, name)) is not None]
        if not found:
            raise ValueError(f"{name}: expected the name of a component of a CostStack of the problem")
        for cost in found:
            if isinstance(cost, aligator.QuadraticStateCost | aligator.QuadraticControlCost):
                cost.target = target
            else:
                cost.residual.setReference(target)


def _component(stack: aligator.CostAbstract, name: str) -> Any:
    if not isinstance(stack, aligator.CostStack) or name not in stack.components:
        return None
    return stack.getComponent(name)
