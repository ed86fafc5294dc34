"""Model predictive control: solve again at every control step, from the last plan, the policy, or the better.

python examples/control_loop.py
"""

import time
from dataclasses import dataclass, field

import numpy as np
from cart_pole import CartPole

from sobolev_diffusion import (
    MethodConfig,
    PolicyConfig,
    SobolevConfig,
    SolverConfig,
    WarmConfig,
    collect,
    roll_out,
    select,
    solve,
    train,
)

STARTS = ("shifted", "policy", "better")


class CartPoleToPlace(CartPole):
    """theta = (x_0, where the cart is to stand, m): swing up and come there."""

    name = "cart_pole_to_place"

    def sample(self, rng):
        hanging = super().sample(rng)
        balanced = rng.normal(0.0, [0.4, 0.2, 0.6, 0.8])
        return np.append(hanging if rng.random() < 0.3 else balanced, rng.uniform(-0.5, 0.5))

    def goal_state(self, theta):
        return np.array([theta[4], 0.0, 0.0, 0.0])


@dataclass
class Driven:
    """What happened in the loop; lists have an entry for each step but the first, which is solved at leisure.

    Attributes:
        cost: of the stages, by the theta of each step; infinite where the robot ran away.
        iterations, converged: of the solver, within its budget.
        milliseconds: of the processor, for guess and solver; building the problem not.
        from_policy: whether the solver started from the policy's rollout.
    """

    cost: float = 0.0
    iterations: list = field(default_factory=list)
    converged: list = field(default_factory=list)
    milliseconds: list = field(default_factory=list)
    from_policy: list = field(default_factory=list)


# --8<-- [start:loop]
def drive(task, policy, thetas, start, cold, warm, rng, pushes, action_length=8):
    """Control a robot for as many steps as there are thetas.

    Args:
        task, policy: the problem, and what was trained on it.
        thetas: of each step; where they say the initial state, the robot's own is put.
        start: where the solver starts from: shifted, policy or better.
        cold, warm: its settings for the first plan, and for every step, whose cap is the budget.
        rng: noise of the policy.
        pushes: by step, what is added to the state after it, in its tangent space.
        action_length: T_a of the policy's rollouts.
    """
    x, nx = task.initial_state(thetas[0]), task.space.nx
    data, driven, problem = task.dynamics.createData(), Driven(), task.problem(thetas[0])
    plan = solve(problem, task.guess(thetas[0]), cold)
    plan_xs, plan_us = plan.xs, plan.us
    for t, theta in enumerate(thetas):
        if t:
            theta = np.concatenate([x, theta[nx:]])
            problem = task.retarget(problem, theta)
            begin = time.thread_time()
            guesses = {}
            if start != "policy":  # the plan of before from its second step on, its last one made twice
                ahead = np.vstack([x, plan_xs[2:], plan_xs[-1:]])
                guesses["shifted"] = ahead, np.vstack([plan_us[1:], plan_us[-1:]])
            if start != "shifted":
                rollout = roll_out(task, policy, [theta], action_length, [rng])
                guesses["policy"] = rollout.xs[0], rollout.us[0]
            costs = {name: cost_of(task, problem, x, us) for name, (_, us) in guesses.items()}
            taken = min(costs, key=costs.get)
            xs, us = guesses[taken]
            if taken == "policy" and warm.controls == "resting":
                us = task.resting_controls(xs)
            plan = solve(problem, (xs, us), warm)
            usable = np.isfinite(plan.us).all()  # few iterations from afar may end in nothing: then the guess
            plan_xs, plan_us = (plan.xs, plan.us) if usable else (xs, us)
            driven.milliseconds.append(1e3 * (time.thread_time() - begin))
            driven.iterations.append(plan.iterations)
            driven.converged.append(plan.converged)
            driven.from_policy.append(taken == "policy")
        u = np.clip(plan_us[0], task.lower, task.upper)
        driven.cost += stage_cost(problem.stages[0].cost, x, u)
        task.dynamics.forward(x, u, data)
        x = np.array(data.xnext)
        if t in pushes:
            x = task.space.integrate(x, pushes[t])
        if not np.abs(x).max() < RUNAWAY:
            driven.cost = np.inf
            break
    return driven


# --8<-- [end:loop]


def cost_of(task, problem, x, us):
    """What controls cost from x on; infinite where they lead nowhere."""
    data, cost = task.dynamics.createData(), 0.0
    for stage, u in zip(problem.stages, us, strict=True):
        cost += stage_cost(stage.cost, x, u)
        task.dynamics.forward(x, u, data)
        x = np.array(data.xnext)
        if not np.abs(x).max() < RUNAWAY:
            return np.inf
    return cost + stage_cost(problem.term_cost, x, us[-1])


def stage_cost(cost, x, u):
    data = cost.createData()
    cost.evaluate(x, u, data)
    return data.value


COLD = SolverConfig(step_acceptance="nonmonotone", mu=1e-3)
WARM = WarmConfig(step_acceptance="filter", mu=1e-2, max_iterations=5)
METHOD = MethodConfig(policy=PolicyConfig(kind="diffusion"), sobolev=SobolevConfig(weight=0.003))
RUNAWAY = 1e6  # no robot is where a coordinate of its state is beyond that
STEPS, JUMP, PUSH = 150, 50, 25  # control steps; between jumps of the target; from a jump to a push


def learn(task, demonstrations=100, epochs=300):
    """A policy of a task."""
    runs = collect(task, COLD, seed=0, numbers=range(demonstrations))
    return train(task, select(runs), METHOD, epochs, seed=0).policy


def episode(task, rng, size):
    """Thetas and pushes: the target jumps; between two jumps the velocities are pushed by +- size, (nv,)."""
    targets = [task.sample(rng) for _ in range(STEPS // JUMP)]
    still, nv = np.zeros(task.space.ndx - len(size)), len(size)
    pushes = {t: np.append(still, size * rng.choice([-1, 1], nv)) for t in range(PUSH, STEPS, JUMP)}
    return [targets[t // JUMP] for t in range(STEPS)], pushes


if __name__ == "__main__":
    task = CartPoleToPlace()
    policy = learn(task)
    for start in STARTS:
        rng = np.random.default_rng(1)
        thetas, pushes = episode(task, rng, np.array([0.0, 8.0]))
        driven = drive(task, policy, thetas, start, COLD, WARM, rng, pushes)
        print(
            f"{start:>8}: cost {driven.cost:.4g}, {np.mean(driven.iterations):.3g} iterations a step, "
            f"{1 - np.mean(driven.converged):.0%} of the deadlines missed, "
            f"at worst {max(driven.milliseconds):.3g} ms"
        )
