"""Derivatives in the parameters of a problem in which nothing but targets of costs depends on them."""

from __future__ import annotations

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.calls import Calls, described
from sobolev_diffusion.tasks.cost_targets import CostTargets
from sobolev_diffusion.tasks.extras import in_cpp
from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives
from sobolev_diffusion.tasks.problems import is_aligator
from sobolev_diffusion.tasks.reused_problem import ReusedProblem, knows_cost_targets

TARGETS = "cost_targets(theta)"
STEP = 1e-7
"""Of forward differences, relative to an entry of theta where that is above 1."""

_IN_CPP = in_cpp("gradientsByTargets")

Solved = tuple[aligator.TrajOptProblem, aligator.TrajOptData]


def derive_by_targets(
    task: Task,
    theta: Array,
    xs: Array,
    us: Array,
    solved: Solved | None = None,
    reused: ReusedProblem | None = None,
) -> ParameterDerivatives | None:
    """l_xp and l_up along xs (T+1, nx), us (T, nu), if `Task.cost_targets` gives targets.

    The gradient of a quadratic cost is J^T W r. A target that enters r alone, as a point to reach does, has
    l_xp = -J^T W dtarget / dp. That of a state on a manifold enters J too: forward differences.

    Args:
        task, theta, xs, us, solved, reused: as of `derive_by_parameters`.

    Raises:
        TaskError: the targets are not finite, or not those of quadratic costs of the problem.
    """
    call = Calls(task)
    if _IN_CPP is None or not knows_cost_targets(task) or (here := _targets(call, theta)) is None:
        return None
    entries = [int(entry) for entry in task.parameters]
    steps = STEP * np.maximum(1.0, np.abs(theta[entries]))
    ahead = [_targets(call, _moved(theta, *each)) or {} for each in zip(entries, steps, strict=True)]
    if any(each.keys() != here.keys() for each in ahead):
        raise call.wrong(TARGETS, f"targets of {', '.join(here)} for every theta", "others")
    moved = {
        name: call.array(f"{TARGETS}: {name}", (len(steps), len(target)), [each[name] for each in ahead])
        for name, target in here.items()
    }
    if solved is None:
        reused = reused or ReusedProblem(task)
        problem, data = reused.of(theta), reused.data
        if not is_aligator(problem) or data is None:
            raise call.wrong(TARGETS, "None, for what is no aligator.TrajOptProblem", described(here))
        solved = problem, data
    problem, data = solved
    l_xp, l_up = call(TARGETS, lambda: _IN_CPP(problem, xs, us, data, moved, steps))
    return ParameterDerivatives(l_xp, l_up)


def _targets(call: Calls, theta: Array) -> CostTargets | None:
    given: CostTargets | None = call(TARGETS, lambda: call.task.cost_targets(theta))
    return given


def _moved(theta: Array, entry: int, step: float) -> Array:
    moved = theta.copy()
    moved[entry] += step
    return moved
