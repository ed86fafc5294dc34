"""ProxDDP, Aligator's solver."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import aligator
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.config import SolverConfig
from sobolev_diffusion.solver.gains import linearise
from sobolev_diffusion.solver.history import Notes, Recorder
from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.protocol import ByParameters, Run
from sobolev_diffusion.solver.solution import Solution, TrajectoryValue
from sobolev_diffusion.tasks.extras import in_cpp

Array = NDArray[np.float64]

_ACCEPTANCE = {
    "filter": aligator.SA_FILTER,
    "armijo": aligator.SA_LINESEARCH_ARMIJO,
    "nonmonotone": aligator.SA_LINESEARCH_NONMONOTONE,
}
CRASHES = "; with nonlinear rollouts a NaN may do that: take linear ones, or step_acceptance nonmonotone"
_VALUE_IN_CPP = in_cpp("trajectoryValue")
_ROLLOUT = {"linear": aligator.ROLLOUT_LINEAR, "nonlinear": aligator.ROLLOUT_NONLINEAR}


@dataclass(frozen=True)
class _Run(Run):
    """What ProxDDP leaves: of a solution all but the linearisation, and what that is made from."""

    multipliers: list[Array]
    mu: float
    data: aligator.TrajOptData | None
    """The problem's; derivatives at a solution that has converged are in it."""

    def portable(self) -> _Run:
        return replace(self, data=None)


class ProxDDP:
    """Settings are `SolverConfig`, problems aligator.TrajOptProblem."""

    name = "proxddp"
    settings = SolverConfig

    def check(self, problem: aligator.TrajOptProblem, config: SolverConfig) -> None:
        pass

    def may_crash(self, problem: aligator.TrajOptProblem, config: SolverConfig) -> str:
        return CRASHES if may_crash(config) else ""

    def run(
        self,
        problem: aligator.TrajOptProblem,
        xs: Array,
        us: Array,
        config: SolverConfig,
        with_history: bool,
    ) -> _Run:
        solver = aligator.SolverProxDDP(config.tolerance, config.mu, max_iters=config.max_iterations)
        solver.sa_strategy = _ACCEPTANCE[config.step_acceptance]
        solver.rollout_type = _ROLLOUT[config.rollout]
        solver.reg_min = config.min_regularisation
        if config.dual_tolerance is not None:
            solver.setDualTolerance(config.dual_tolerance)
        solver.setup(problem)
        start = time.perf_counter()
        notes = Notes(start) if with_history else None
        if notes:
            solver.registerCallback("history", Recorder(notes))
        error = ""
        try:
            solver.run(problem, list(xs), list(us))
        except RuntimeError as failure:  # a NaN during the solve
            error = " ".join(str(failure).split())
        seconds = time.perf_counter() - start
        results = solver.results
        solved = (xs, us) if error else (np.array(results.xs), np.array(results.us))
        finite = (
            not error and all(np.isfinite(part).all() for part in solved) and np.isfinite(results.traj_cost)
        )
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
            history=notes.history if notes else None,
        )
        multipliers = [] if error else [np.array(each) for each in results.vs]
        return _Run(solution, multipliers, solver.mu, solver.workspace.problem_data)

    def linearise(
        self,
        problem: aligator.TrajOptProblem,
        run: _Run,
        config: SolverConfig,
        by_parameters: ByParameters | None,
    ) -> Linearisation:
        solution = run.solution
        solved = None if run.data is None else (problem, run.data)
        derivatives = by_parameters(solution.xs, solution.us, solved) if by_parameters else None
        data = run.data if solution.converged else None  # it ended before its last step was differentiated
        mu = config.gains_mu or run.mu
        return linearise(problem, solution.xs, solution.us, run.multipliers, mu, derivatives, data)

    def value_of(
        self, problem: aligator.TrajOptProblem, xs: Array, us: Array, data: aligator.TrajOptData | None
    ) -> TrajectoryValue:
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


def may_crash(config: SolverConfig) -> bool:
    """Whether libaligator 0.19.1 writes where it should not when a NaN comes up in a rollout."""
    return config.rollout == "nonlinear" and config.step_acceptance != "nonmonotone"


def _violation(constraint_set: aligator.constraints.ConstraintSet, value: Array) -> float:
    outside = np.zeros_like(value)
    constraint_set.normalConeProjection(value, outside)
    return float(np.abs(outside).max(initial=0.0))
