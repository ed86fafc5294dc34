"""Collection: solves side by side, and what an instance costs besides the solver's own run."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle

import aligator

from benchmarks.comparison import REPETITIONS, Comparison, Line, against_seconds, summary
from benchmarks.configuration import CONFIG
from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.solver.collect import solve_instances
from sobolev_diffusion.solver.gains import linearise
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.tasks.reused_problem import ReusedProblem

BAR, OVERHEAD_BAR, GAINS_BAR = 1.8, 0.03, 0.05
SOLVES = 100  # spread over the processes: an iteration of Algorithm 1
TASKS = ("pendulum", "double_pendulum", "ur5_full_random", "quadrotor")
ITERATIONS = 200  # at most, of a timed solve
ANOTHER_THETA = 2e-3  # s
LEAST_SECONDS = 10  # a short solve is timed more often: what is around it is small beside the noise


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
        yield another_theta(name)


def shares(name: str) -> Iterator[Line]:
    """The parts of a cold solve of a task's first instance, over the whole of `solve`."""
    settings = CONFIG.tasks[name]
    task = make_task(name, settings)
    theta = instance(task, TRAINING, 0, 0)
    assert isinstance(settings.cold, SolverConfig)
    config = settings.cold.model_copy(update={"max_iterations": ITERATIONS})
    times, started, moved = Times(), time.perf_counter(), ReusedProblem(task)
    while len(times.wall["python"]) < REPETITIONS or time.perf_counter() - started < LEAST_SECONDS:
        with times.of("building"):
            problem, guess = task.problem(theta), task.guess(theta)
        with times.of("whole"):
            solution = solve(problem, guess, config, own_process=False)
        problem = task.problem(theta)  # one that is in no cache, as for `solve`
        with times.of("setup"):  # making it is part: what the solver before gave back is tidied up then
            solver = aligator.SolverProxDDP(config.tolerance, config.mu, max_iters=config.max_iterations)
            solver.setup(problem)
        solver.run(problem, list(solution.xs), list(solution.us))  # as `solve` leaves it: at a solution
        data = solver.workspace.problem_data if solution.converged else None
        multipliers = list(solver.results.vs)
        at_hand = (problem, data) if data else None
        with times.of("gains"):
            linearise(problem, solution.xs, solution.us, multipliers, config.mu, None, data)
        if len(task.parameters):
            solved = solution.xs, solution.us
            with times.of("all gains"):
                by_parameters = derive_by_parameters(task, theta, *solved, at_hand, moved)
                linearise(problem, *solved, multipliers, config.mu, by_parameters, data)
        with times.of("release"):
            del solver, data, multipliers, at_hand  # the last to keep it alive
        within = solution.seconds + times.wall["setup"][-1] + times.wall["release"][-1]
        times.wall["python"].append(times.wall["whole"][-1] - within)
    baseline = f"the whole solve, {solution.iterations} iterations"
    around = f"{name}: Python around the solver's setup, run and release"
    yield summary(around, baseline, "share", times.wall["python"], times.wall["whole"], OVERHEAD_BAR)
    for part, label, bar in (
        ("gains", "gains at the solution", GAINS_BAR),
        ("all gains", "gains at the solution, in the parameters too", GAINS_BAR),
        ("building", "building problem and guess", None),
    ):
        own, whole = times.processor[part], times.processor["whole"]
        if not own:
            continue
        yield summary(f"{name}: {label}", baseline, "share", own, whole, bar)


def another_theta(name: str) -> Comparison:
    """The problem of another theta, where one was built before."""
    task = make_task(name, CONFIG.tasks[name])
    thetas = cycle([instance(task, TRAINING, 0, number) for number in range(10)])
    reused = ReusedProblem(task)
    label, told = f"{name}: problem of another theta, one built before", f"{1e3 * ANOTHER_THETA:g} ms"
    return against_seconds(label, lambda: reused.of(next(thetas)), ANOTHER_THETA, told)


class Times:
    """Seconds of what is done again and again, by name: on the wall's clock and of the processor."""

    def __init__(self) -> None:
        self.wall: defaultdict[str, list[float]] = defaultdict(list)
        self.processor: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        start = time.perf_counter(), time.process_time()
        yield
        self.wall[name].append(time.perf_counter() - start[0])
        self.processor[name].append(time.process_time() - start[1])
