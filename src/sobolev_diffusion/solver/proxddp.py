"""Solve one problem with ProxDDP, and say plainly how it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.solver.gains import linearise
from sobolev_diffusion.solver.history import History, Recorder
from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.parameter_derivatives import ParameterDerivatives
from sobolev_diffusion.solver.workers import Failure, call_on_all, in_worker

Array = NDArray[np.float64]

_ACCEPTANCE = {
    "filter": aligator.SA_FILTER,
    "armijo": aligator.SA_LINESEARCH_ARMIJO,
    "nonmonotone": aligator.SA_LINESEARCH_NONMONOTONE,
}
CRASHES = "; with nonlinear rollouts a NaN may do that: take linear ones, or step_acceptance nonmonotone"
PATIENCE = 1e6  # s for a solve whose caller set no limit
_ROLLOUT = {"linear": aligator.ROLLOUT_LINEAR, "nonlinear": aligator.ROLLOUT_NONLINEAR}


@dataclass(frozen=True)
class Solution:
    """What one run of the solver ended with.

    Attributes:
        xs: states, (T+1, nx).
        us: controls, (T, nu).
        cost: trajectory cost of (1).
        iterations: Newton iterations.
        converged: both infeasibilities came under their tolerance.
        stalled: not converged, yet stopped before the cap: the regularisation hit its maximum.
        primal_infeasibility, dual_infeasibility: at the end.
        seconds: wall-clock time of the solver's run.
        error: what ended the run without a result (an exception, a crash of its process, a timeout), "" if
            nothing did; then xs, us are the guess and cost is inf.
        linearisation: gains and dynamics Jacobians at the solution; None unless asked for.
        history: of its iterations; None unless asked for.
    """

    xs: Array
    us: Array
    cost: float
    iterations: int
    converged: bool
    stalled: bool
    primal_infeasibility: float
    dual_infeasibility: float
    seconds: float
    error: str
    linearisation: Linearisation | None
    history: History | None = None

    @staticmethod
    def failed(guess: tuple[Array, Array], error: str) -> Solution:
        """Stands in for a run that ended without a result."""
        return Solution(
            *guess,
            cost=np.inf,
            iterations=0,
            converged=False,
            stalled=False,
            primal_infeasibility=np.inf,
            dual_infeasibility=np.inf,
            seconds=0.0,
            error=error,
            linearisation=None,
        )

    def after(self, first: Solution) -> Solution:
        """This run as the second of two on one instance: iterations, seconds and history of both."""
        history = self.history.after(first.history, first.seconds) if self.history and first.history else None
        return replace(
            self,
            iterations=first.iterations + self.iterations,
            seconds=first.seconds + self.seconds,
            history=history,
        )


@dataclass(frozen=True)
class _Run:
    """What the solver leaves: of a solution all but the linearisation, and what that is made from."""

    solution: Solution
    multipliers: list[Array]
    mu: float
    data: aligator.TrajOptData | None
    """The problem's; derivatives at a solution that has converged are in it."""


def solve(
    problem: aligator.TrajOptProblem,
    guess: tuple[Array, Array],
    config: SolverConfig,
    *,
    with_gains: bool = False,
    with_history: bool = False,
    by_parameters: Callable[[Array, Array], ParameterDerivatives] | None = None,
    own_process: bool | None = None,
) -> Solution:
    """Run ProxDDP from a guess.

    Args:
        problem: the problem (1).
        guess: xs (T+1, nx) and us (T, nu).
        config: tolerance, penalty, globalisation, iteration cap.
        with_gains: also compute the feedback gains and the dynamics Jacobians at the solution.
        with_history: also note cost, infeasibilities and time of every iteration.
        by_parameters: xs, us -> the derivatives in the parameters along them, for K_p among the gains.
        own_process: whether the solver runs in a process of its own, which may die: its death is then the
            solution's error. Unless given, where the settings are known to crash Python (`may_crash`) and
            this is no process of `call_on_all` already.

    Raises:
        ValueError: the guess is not finite.
        TaskError: `by_parameters` raised it.
    """
    xs, us = (np.asarray(part, dtype=np.float64) for part in guess)
    if not (np.isfinite(xs).all() and np.isfinite(us).all()):
        raise ValueError("guess: holds NaN or infinite values")
    if own_process is None:
        own_process = may_crash(config) and not in_worker()
    if own_process:
        (run,) = call_on_all(
            lambda _: replace(_run(problem, xs, us, config, with_history), data=None), 1, timeout=PATIENCE
        )
        if isinstance(run, Failure):
            return Solution.failed((xs, us), run.reason + (CRASHES if may_crash(config) else ""))
    else:
        run = _run(problem, xs, us, config, with_history)
    solution = run.solution
    if not with_gains or solution.error:
        return solution
    solved = solution.xs, solution.us
    derivatives = by_parameters(*solved) if by_parameters else None
    mu = config.gains_mu or run.mu
    data = run.data if solution.converged else None  # it ended before its last step was differentiated
    linearisation = linearise(problem, *solved, run.multipliers, mu, derivatives, data)
    return replace(solution, linearisation=linearisation)


def may_crash(config: SolverConfig) -> bool:
    """Whether libaligator 0.19.1 writes where it should not when a NaN comes up in a rollout."""
    return config.rollout == "nonlinear" and config.step_acceptance != "nonmonotone"


def _run(
    problem: aligator.TrajOptProblem, xs: Array, us: Array, config: SolverConfig, with_history: bool
) -> _Run:
    solver = aligator.SolverProxDDP(config.tolerance, config.mu, max_iters=config.max_iterations)
    solver.sa_strategy = _ACCEPTANCE[config.step_acceptance]
    solver.rollout_type = _ROLLOUT[config.rollout]
    solver.reg_min = config.min_regularisation
    if config.dual_tolerance is not None:
        solver.setDualTolerance(config.dual_tolerance)
    solver.setup(problem)
    recorder = Recorder() if with_history else None
    if recorder:
        solver.registerCallback("history", recorder)
    start = time.perf_counter()
    error = ""
    try:
        solver.run(problem, list(xs), list(us))
    except RuntimeError as failure:  # a NaN during the solve
        error = " ".join(str(failure).split())
    seconds = time.perf_counter() - start
    results = solver.results
    solved = (xs, us) if error else (np.array(results.xs), np.array(results.us))
    finite = not error and all(np.isfinite(part).all() for part in solved) and np.isfinite(results.traj_cost)
    if not (error or finite):
        error = "the solver's result is not finite"
    converged = bool(finite and results.conv)
    kept_xs, kept_us = solved if finite else (xs, us)
    solution = Solution(
        xs=kept_xs,
        us=kept_us,
        cost=float(results.traj_cost) if finite else np.inf,
        iterations=int(results.num_iters),
        converged=converged,
        stalled=bool(finite and not converged and results.num_iters < config.max_iterations),
        primal_infeasibility=float(results.primal_infeas) if finite else np.inf,
        dual_infeasibility=float(results.dual_infeas) if finite else np.inf,
        seconds=seconds,
        error=error,
        linearisation=None,
        history=recorder.history if recorder else None,
    )
    multipliers = [] if error else [np.array(each) for each in results.vs]
    return _Run(solution, multipliers, solver.mu, solver.workspace.problem_data)


@dataclass(frozen=True)
class TrajectoryValue:
    """Cost and largest constraint violation of a trajectory that somebody else made."""

    cost: float
    violation: float


_VALUE_IN_CPP = getattr(getattr(aligator, "extras", None), "trajectoryValue", None)


def value_of(
    problem: aligator.TrajOptProblem, xs: Array, us: Array, data: aligator.TrajOptData | None = None
) -> TrajectoryValue:
    """Cost of (1), and the largest violation of a stage or terminal constraint (dynamics not included).

    Args:
        problem: the problem (1).
        xs, us: the trajectory, (T+1, nx), (T, nu).
        data: of the problem, written into; made unless given, which takes as long as the evaluation.
    """
    if data is None:
        data = aligator.TrajOptData(problem)
    if _VALUE_IN_CPP is not None:
        return TrajectoryValue(*_VALUE_IN_CPP(problem, xs, us, data))
    cost = problem.evaluate(list(xs), list(us), data)
    violation = 0.0
    for stage, stage_data in zip(problem.stages, data.stage_data, strict=True):
        for j in range(stage.constraints.size):
            violation = max(
                violation,
                _violation(stage.constraints.sets[j], stage_data.constraint_data[j].value),
            )
    for j in range(problem.term_constraints.size):
        violation = max(
            violation,
            _violation(problem.term_constraints.sets[j], data.term_constraint[j].value),
        )
    return TrajectoryValue(float(cost), violation)


def _violation(constraint_set: aligator.constraints.ConstraintSet, value: Array) -> float:
    outside = np.zeros_like(value)
    constraint_set.normalConeProjection(value, outside)
    return float(np.abs(outside).max(initial=0.0))
