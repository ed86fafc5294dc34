"""The library without the workflow: learn from a few solver runs, warm-start the solver on new instances.

python examples/warm_start.py
"""

import numpy as np
from cart_pole import CartPole

from sobolev_diffusion import (
    MethodConfig,
    PolicyConfig,
    SobolevConfig,
    SolverConfig,
    collect,
    roll_out,
    select,
    solve,
    train,
)

COLD = SolverConfig(step_acceptance="armijo", mu=1e-4)
WARM = SolverConfig(step_acceptance="filter", mu=1e-2)
METHOD = MethodConfig(policy=PolicyConfig(kind="diffusion"), sobolev=SobolevConfig(weight=0.003))


def main(demonstrations: int = 10, epochs: int = 1000, instances: int = 5) -> tuple[list[int], list[int]]:
    """Iterations of the solver alone, and from the policy's rollout, on new instances."""
    task = CartPole()
    runs = collect(task, COLD, seed=0, numbers=range(demonstrations))
    policy = train(task, select(runs), METHOD, epochs, seed=0).policy
    alone, warm = [], []
    for number in range(instances):
        rng = np.random.default_rng(1000 + number)
        theta = task.sample(rng)
        alone.append(solve(task.problem(theta), task.guess(theta), COLD).iterations)
        rollout = roll_out(task, policy, [theta], action_length=8, generators=[rng])
        solution = solve(task.problem(theta), (rollout.xs[0], rollout.us[0]), WARM)
        warm.append(solution.iterations)
    return alone, warm


if __name__ == "__main__":
    print("iterations of the solver alone: {}; from the policy: {}".format(*main()))
