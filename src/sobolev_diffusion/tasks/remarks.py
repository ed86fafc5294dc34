"""How a task was understood, in a few lines: what no check can tell is wrong, its author sees there."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.calls import Calls
from sobolev_diffusion.tasks.multibody import MultibodyTask
from sobolev_diffusion.tasks.overriding import inherits
from sobolev_diffusion.tasks.reused_problem import changes_in_place

TRIED = 20
"""Instances that are drawn."""
SLOW = 0.02
"""Seconds to build a problem, from which on it is worth changing one in place."""


def remarks(task: Task) -> list[str]:
    """Sizes, what theta is taken for, what is slow, and joints that begin beyond their limits."""
    thetas, states = zip(*(_drawn(task, seed) for seed in range(TRIED)), strict=True)
    n, nx = len(thetas[0]), task.space.nx
    steps = f"{task.horizon} steps of {task.dt:g} s"
    lines = [f"{steps}; a state has {nx} numbers, a control {task.nu}, an observation {task.observation_dim}"]
    if inherits(task, Task, "initial_state"):
        of_state = f"the first {nx} are the initial state"
        lines.append(f"theta has {n} numbers: {of_state}, {n - nx} say what else varies")
    if not changes_in_place(task) and (seconds := _to_build(task, thetas[0])) > SLOW:
        lines.append(
            f"building a problem takes {1000 * seconds:.0f} ms, here and now: a method "
            "cost_targets(theta), or retarget(problem, theta), saves that for every guess (docs/own_task.md)"
        )
    if isinstance(task, MultibodyTask):
        lines += _beyond_limits(task, states)
    return lines


def _to_build(task: Task, theta: Array) -> float:
    """Seconds, the least of a few."""
    found = np.inf
    for _ in range(3):
        start = time.perf_counter()
        task.problem(theta)
        found = min(found, time.perf_counter() - start)
    return found


def _drawn(task: Task, seed: int) -> tuple[Array, Array]:
    """theta of an instance, and its initial state."""
    call = Calls(task)
    theta = call("sample(rng)", lambda: task.sample(np.random.default_rng(seed)))
    return theta, call("initial_state(theta)", lambda: task.initial_state(theta))


def _beyond_limits(task: MultibodyTask, states: Sequence[Array]) -> list[str]:
    """A line for every joint that is beyond its limits in some initial state."""
    model, lines = task.model, []
    for joint, name in zip(list(model.joints)[1:], list(model.names)[1:], strict=True):
        if joint.nq != 1:
            continue
        low, high = model.lowerPositionLimit[joint.idx_q], model.upperPositionLimit[joint.idx_q]
        beyond = [q for q in (x[joint.idx_q] for x in states) if not low <= q <= high]
        if beyond and low < high:
            lines.append(
                f"{name} begins beyond its limits, {low:.3g} to {high:.3g}, in {len(beyond)} of "
                f"{len(states)} instances, at {beyond[0]:.3g} say: is the order in theta right, "
                "are angles in radians?"
            )
    return lines
