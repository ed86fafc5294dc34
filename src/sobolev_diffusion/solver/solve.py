"""Solve one problem with the solver of its kind, and say plainly how it went."""

from __future__ import annotations

from dataclasses import replace

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.config import SolverSettings
from sobolev_diffusion.solver.protocol import ByParameters, Solver
from sobolev_diffusion.solver.proxddp import ProxDDP
from sobolev_diffusion.solver.solution import Solution, TrajectoryValue
from sobolev_diffusion.solver.workers import Failure, call_on_all, in_worker
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.crocoddyl_models import is_crocoddyl
from sobolev_diffusion.tasks.problems import KINDS, Problem, is_aligator

Array = NDArray[np.float64]

PATIENCE = 1e6  # s for a solve whose caller set no limit


def solver_for(problem: Problem) -> Solver:
    """The solver of problems of this kind.

    Raises:
        TypeError: there is none.
    """
    if is_aligator(problem):
        return ProxDDP()
    if is_crocoddyl(problem):
        from sobolev_diffusion.solver.fddp import FDDP

        return FDDP()
    raise TypeError(f"problem: expected {KINDS}, got {type(problem).__name__}")


def solve(
    problem: Problem,
    guess: tuple[Array, Array],
    config: SolverSettings,
    *,
    with_gains: bool = False,
    with_history: bool = False,
    by_parameters: ByParameters | None = None,
    own_process: bool | None = None,
) -> Solution:
    """Run the solver from a guess.

    Args:
        problem: the problem (1); its kind says which solver.
        guess: xs (T+1, nx) and us (T, nu).
        config: tolerance, globalisation, iteration cap, of that solver.
        with_gains: also compute the feedback gains and the dynamics Jacobians at the solution.
        with_history: also note cost, infeasibilities and time of every iteration.
        by_parameters: gives the derivatives in the parameters along the solution, for K_p among the gains.
        own_process: whether the solver runs in a process of its own, which may die: its death is then the
            solution's error. Unless given, where the settings are known to crash Python (`may_crash`) and
            this is no process of `call_on_all` already.

    Raises:
        ValueError: the guess is not finite; settings of another solver, or that do not go with the problem;
            there are no gains, as the Hessian of the control is singular (LinAlgError).
        TypeError: the problem is none.
        TaskError: `by_parameters` raised it.
    """
    solver = _solver_with(problem, config)
    xs, us = (np.asarray(part, dtype=np.float64) for part in guess)
    if not (np.isfinite(xs).all() and np.isfinite(us).all()):
        raise ValueError("guess: holds NaN or infinite values")
    crashes = solver.may_crash(problem, config)
    if own_process is None:
        own_process = bool(crashes) and not in_worker()
    if own_process:
        (run,) = call_on_all(
            lambda _: solver.run(problem, xs, us, config, with_history).portable(), 1, timeout=PATIENCE
        )
        if isinstance(run, Failure):
            return Solution.failed((xs, us), run.reason + crashes)
    else:
        run = solver.run(problem, xs, us, config, with_history)
    solution = run.solution
    if not with_gains or solution.error:
        return solution
    return replace(solution, linearisation=solver.linearise(problem, run, config, by_parameters))


def check_settings(task: Task, *configs: SolverSettings) -> None:
    """Before anything is solved: whether settings are of a solver of the task's problems.

    Raises:
        TaskError: they are not; which would be.
    """
    problem = task.problem(task.sample(np.random.default_rng(0)))  # as in `check_task`
    for config in configs:
        try:
            _solver_with(problem, config)
        except ValueError as error:
            raise TaskError(f"{task.name}: {error}") from error


def _solver_with(problem: Problem, config: SolverSettings) -> Solver:
    solver = solver_for(problem)
    if not isinstance(config, solver.settings):
        raise ValueError(
            f"solver: {config.solver} does not solve a {type(problem).__name__}, what problem(theta) gives: "
            f"its settings must say solver: {solver.name}"
        )
    solver.check(problem, config)
    return solver


def value_of(
    problem: Problem, xs: Array, us: Array, data: aligator.TrajOptData | None = None
) -> TrajectoryValue:
    """Cost of (1), and the largest violation of a stage or terminal constraint (dynamics not included).

    Args:
        problem: the problem (1).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        data: of a problem of Aligator, written into; made unless given, which takes as long as the rest.
    """
    return solver_for(problem).value_of(problem, xs, us, data)
