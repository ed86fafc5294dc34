"""What tells one task from another, small enough to be kept with every policy that was trained on it.

Loads no solver and no robot model: policies know none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sobolev_diffusion.tasks.crocoddyl_models import CrocoddylCost, is_crocoddyl

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Task

DIGITS = 9  # of the numbers that are kept
RELATIVE = 1e-6  # to which another machine gives the same ones
OFF = 0.1  # from the initial state, in tangent coordinates, of the state that is looked at


@dataclass(frozen=True)
class Fingerprint:
    """How a task is set up, and what its methods give on one instance.

    Attributes:
        task: its name.
        control: torque or state.
        dt: s.
        horizon: T.
        numbers: by what they are: theta, observation, action, next state, costs.
    """

    task: str
    control: str
    dt: float
    horizon: int
    numbers: dict[str, list[float]]

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return asdict(self)

    @staticmethod
    def from_json(content: dict[str, Any]) -> Fingerprint:
        """What `to_json` gave."""
        return Fingerprint(**content)

    def differences(self, other: Fingerprint) -> list[str]:
        """What differs between two tasks besides their names, in words; nothing: they are the same."""
        found = [
            f"{name} {getattr(self, name)} and not {getattr(other, name)}"
            for name in ("control", "dt", "horizon")
            if getattr(self, name) != getattr(other, name)
        ]
        for name, mine in self.numbers.items():
            theirs = other.numbers.get(name, [])
            if len(mine) != len(theirs):
                found.append(f"{name} of {len(mine)} numbers and not {len(theirs)}")
            elif not np.allclose(mine, theirs, rtol=RELATIVE, atol=RELATIVE * np.abs(mine).max(initial=0.0)):
                found.append(f"another {name}")
        return found


def fingerprint(task: Task) -> Fingerprint:
    """The fingerprint of a task that has passed `check_task`; the same object until the task changes."""
    setup = task.name, task.control, float(task.dt), int(task.horizon)
    kept = task._fingerprint
    if not isinstance(kept, Fingerprint) or (kept.task, kept.control, kept.dt, kept.horizon) != setup:
        kept = Fingerprint(*setup, _numbers(task))
        task._fingerprint = kept
    return kept


def _numbers(task: Task) -> dict[str, list[float]]:
    theta = task.sample(np.random.default_rng(0))
    start = task.initial_state(theta)
    x, u = task.space.integrate(start, np.full(task.space.ndx, OFF)), task.resting_control(start)
    data = task.dynamics.createData()
    task.dynamics.forward(x, u, data)
    costs = []
    for cost in _costs(task.problem(theta)):
        cost_data = cost.createData()
        cost.evaluate(x, u[: cost.nu], cost_data)
        costs.append(cost_data.value)
    numbers: dict[str, Iterable[float]] = {
        "theta": theta,
        "observation": task.observe(x, theta),
        "action": task.action(x, u),
        "next state": data.xnext,
        "costs": costs,
    }
    return {name: [float(f"{each:.{DIGITS}g}") for each in values] for name, values in numbers.items()}


def _costs(problem: Any) -> tuple[Any, Any]:
    """Of the first stage, and of the end."""
    if is_crocoddyl(problem):
        return CrocoddylCost(problem.runningModels[0]), CrocoddylCost(problem.terminalModel, terminal=True)
    return problem.stages[0].cost, problem.term_cost
