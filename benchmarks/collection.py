"""Collection: solves side by side, and what an instance costs besides the solver's own run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import aligator

from benchmarks.comparison import REPETITIONS, Comparison, Line, summary
from benchmarks.configuration import CONFIG
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.gains import linearise
from sobolev_diffusion.solver.proxddp import solve
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task

BAR, OVERHEAD_BAR = 1.8, 0.03
SOLVES = 100  # spread over the processes: an iteration of Algorithm 1
TASKS = ("pendulum", "double_pendulum", "ur5_full_random", "quadrotor")
ITERATIONS = 200  # at most, of a timed solve


def comparisons() -> Iterator[Comparison | Line]:
    logging.getLogger("sobolev_diffusion").setLevel(logging.ERROR)
    settings = CONFIG.tasks["quadrotor"]
    task = make_task("quadrotor", settings)
    thetas = [instance(task, TRAINING, 0, number) for number in range(SOLVES)]

    def spread(workers: int) -> Callable[[], object]:
        return lambda: solve_instances(task, settings.cold, range(SOLVES), thetas, workers=workers)

    yield Comparison(
        f"{SOLVES} solves of the quadrotor with gains, in 2 processes",
        "in 1 process",
        spread(2),
        spread(1),
        BAR,
        clock="wall",
    )
    for name in TASKS:
        yield from shares(name)


def shares(name: str) -> Iterator[Line]:
    """The parts of a cold solve of a task's first instance, over the whole of `solve`."""
    settings = CONFIG.tasks[name]
    task = make_task(name, settings)
    theta = instance(task, TRAINING, 0, 0)
    config = settings.cold.model_copy(update={"max_iterations": ITERATIONS})
    python: list[float] = []
    building: list[float] = []
    gains: list[float] = []
    whole: list[float] = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        problem, guess = task.problem(theta), task.guess(theta)
        building.append(time.perf_counter() - start)
        solver = aligator.SolverProxDDP(config.tolerance, config.mu, max_iters=config.max_iterations)
        start = time.perf_counter()
        solver.setup(problem)
        setup = time.perf_counter() - start
        start = time.perf_counter()
        solution = solve(problem, guess, config, own_process=False)
        whole.append(time.perf_counter() - start)
        start = time.perf_counter()
        linearise(problem, solution.xs, solution.us, list(solver.results.vs), config.mu)
        gains.append(time.perf_counter() - start)
        start = time.perf_counter()
        del solver
        release = time.perf_counter() - start
        python.append(whole[-1] - solution.seconds - setup - release)
    baseline = f"the whole solve, {solution.iterations} iterations"
    yield summary(
        f"{name}: Python around the solver's setup, run and release",
        baseline,
        "share",
        python,
        whole,
        OVERHEAD_BAR,
    )
    yield summary(f"{name}: gains at the solution", baseline, "share", gains, whole)
    yield summary(f"{name}: building problem and guess", baseline, "share", building, whole)
