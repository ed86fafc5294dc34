"""The library without the workflow: learn from a few solver runs, warm-start the solver on new instances.

python examples/warm_start.py            # a few minutes
"""

from pathlib import Path

import numpy as np

from sobolev_diffusion.config import MethodConfig, PolicyConfig, SobolevConfig, SolverConfig, TaskConfig
from sobolev_diffusion.solver.collect import collect_cold
from sobolev_diffusion.solver.proxddp import solve
from sobolev_diffusion.solver.selection import select
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.train import train
from sobolev_diffusion.warm_start.rollout import roll_out

COLD = SolverConfig(step_acceptance="armijo", mu=1e-4)
WARM = SolverConfig(step_acceptance="filter", mu=1e-2)
METHOD = MethodConfig(policy=PolicyConfig(kind="diffusion"), sobolev=SobolevConfig(weight=0.003))


def main(demonstrations: int = 10, epochs: int = 1000, instances: int = 5) -> tuple[list[int], list[int]]:
    """Iterations of the solver alone, and from the policy's rollout, on new instances."""
    task = make_task("cart_pole", TaskConfig(module=str(Path(__file__).with_name("cart_pole.py"))))
    runs = collect_cold(task, COLD, seed=0, numbers=range(demonstrations))
    policy = train(task, select(runs), METHOD, epochs, seed=0).policy
    alone, warm = [], []
    for number in range(instances):
        rng = np.random.default_rng(1000 + number)
        theta = task.sample(rng)
        alone.append(solve(task.problem(theta), task.guess(theta), COLD).iterations)
        rollout = roll_out(task, policy, [theta], action_length=8, generators=[rng])
        solution = solve(task.problem(theta), (rollout.xs[0], rollout.us[0]), WARM, with_gains=True)
        warm.append(solution.iterations)
    return alone, warm


if __name__ == "__main__":
    print("iterations of the solver alone: {}; from the policy: {}".format(*main()))
