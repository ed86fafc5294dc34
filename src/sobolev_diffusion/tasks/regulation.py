"""Problems of coming to rest at a goal: quadratic costs on the way, then the cost to go of staying there."""

from __future__ import annotations

import aligator
import numpy as np
from scipy.linalg import solve_discrete_are

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.multibody import MultibodyTask


def cost_to_go(
    task: MultibodyTask, goal: Array, holding: Array, state_cost: Array, control_cost: Array
) -> Array:
    """P of the cost x^T P x / 2 of returning to the goal from near it, without end, (ndx, ndx).

    Args:
        task: whose dynamics are linearised at the goal.
        goal, holding: a state at rest, and the control that keeps it there.
        state_cost, control_cost: weights of a step, (ndx, ndx) and (nu, nu).
    """
    data = task.dynamics.createData()
    task.dynamics.forward(goal, holding, data)
    task.dynamics.dForward(goal, holding, data)
    return solve_discrete_are(np.array(data.Jx), np.array(data.Ju), state_cost, control_cost)


def regulation_problem(
    task: MultibodyTask,
    theta: Array,
    holding: Array,
    state_cost: Array,
    control_cost: Array,
    to_go: Array,
    control_name: str,
) -> aligator.TrajOptProblem:
    """To `goal_state(theta)` and rest; components of the costs: "state", `control_name`, "cost to go".

    Args:
        task: gives stages, start and goal.
        theta: of the instance.
        holding: the control that costs nothing, (nu,).
        state_cost, control_cost: weights of a step, (ndx, ndx) and (nu, nu).
        to_go: those of the last state, see `cost_to_go`.
        control_name: what controls are called in the costs.
    """
    goal = task.goal_state(theta)
    running, terminal = (aligator.CostStack(task.space, task.nu) for _ in range(2))
    running.addCost("state", aligator.QuadraticStateCost(task.space, task.nu, goal, state_cost))
    running.addCost(control_name, aligator.QuadraticControlCost(task.space, holding, control_cost))
    terminal.addCost("cost to go", aligator.QuadraticStateCost(task.space, task.nu, goal, to_go))
    stages = [task.stage(running)] * task.horizon
    return aligator.TrajOptProblem(task.initial_state(theta), stages, terminal)
