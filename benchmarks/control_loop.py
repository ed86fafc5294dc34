"""Model predictive control from three starts: examples/control_loop.py on a cart-pole and on the UR5.

    python -m benchmarks.control_loop

Writes results/control_loop.md. Takes about 10 minutes; everything but the milliseconds is the same again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.rollouts import ARM, trained_on
from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.experiment.read_configuration import load
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.tasks.base import Task

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
import control_loop as loop

OUT = Path(__file__).parent / "results/control_loop.md"
BUDGET = 5  # iterations of the solver in a control step
AFTER = 10  # steps after a jump or a push that are looked at by themselves

SETTING = f"""{loop.STEPS} control steps of 20 ms an episode; the target jumps every {loop.JUMP}, and
{loop.PUSH} steps after a jump the velocities are pushed. At most {BUDGET} iterations a step: a deadline is
missed where the solver has not converged by then, and what it has is applied. An event is a jump or a push.
Milliseconds of the processor, guess and solver."""


@dataclass(frozen=True)
class Robot:
    """What is controlled, by what, and how hard it is pushed: sizes of pushes of the velocities, (nv,)."""

    name: str
    task: Task
    policy: Policy
    cold: SolverConfig
    warm: WarmConfig
    pushes: dict[str, np.ndarray]
    episodes: int


def robots() -> Iterator[Robot]:
    task = loop.CartPoleToPlace()
    pushes = {f"{speed:g} rad/s": np.array([0.0, speed]) for speed in (0.0, 4.0, 8.0)}
    yield Robot("cart-pole", task, loop.learn(task), loop.COLD, loop.WARM, pushes, 6)
    spec = load().tasks[ARM]
    assert isinstance(spec.cold, SolverConfig)
    assert isinstance(spec.warm, WarmConfig)
    warm = spec.warm.model_copy(update={"max_iterations": BUDGET})
    pushes = {f"{speed:g} rad/s": np.full(6, speed) for speed in (0.0, 1.0)}
    arm, policy = trained_on(ARM, epochs=1600)
    yield Robot("UR5", arm, policy, spec.cold, warm, pushes, 10)


def measure(robot: Robot) -> Iterator[dict[str, Any]]:
    """A row for each size of pushes and each start."""
    for told, size in robot.pushes.items():
        for start in loop.STARTS:
            driven = []
            for number in range(robot.episodes):
                rng = np.random.default_rng(number)
                thetas, pushes = loop.episode(robot.task, rng, size)
                driven.append(
                    loop.drive(robot.task, robot.policy, thetas, start, robot.cold, robot.warm, rng, pushes)
                )
            event = loop.PUSH if size.any() else loop.JUMP
            missed = [~np.array(each.converged) for each in driven]
            soon = [each[np.arange(len(each)) % event < AFTER] for each in missed]
            iterations, times, of_policy = (
                np.concatenate([getattr(each, name) for each in driven])
                for name in ("iterations", "milliseconds", "from_policy")
            )
            costs = np.array([each.cost for each in driven])
            yield {
                "robot": robot.name,
                "pushes": told,
                "start": start,
                "ran away": f"{np.isinf(costs).sum()} of {len(costs)}",
                "cost, median": f"{np.median(costs):.4g}",
                "mean of the others": f"{costs[np.isfinite(costs)].mean():.4g}",
                "deadlines missed": f"{np.concatenate(missed).mean():.0%}",
                f"within {AFTER} steps of an event": f"{np.concatenate(soon).mean():.0%}",
                "iterations": f"{iterations.mean():.3g}",
                "from the policy": f"{of_policy.mean():.0%}",
                "ms, median": f"{np.median(times):.3g}",
                "ms, worst": f"{times.max():.3g}",
            }


def main() -> None:
    rows = []
    for robot in robots():
        for row in measure(robot):
            rows.append(row)
            print(row, flush=True)
    table = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    OUT.write_text(
        "# Model predictive control, by where the solver starts from\n\n"
        f"<!-- --8<-- [start:table] -->\n{SETTING}\n\n{table}\n<!-- --8<-- [end:table] -->\n"
    )


if __name__ == "__main__":
    main()
