"""FDDP and BoxFDDP, Crocoddyl's solvers."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import crocoddyl
import numpy as np
from numpy.typing import NDArray

from sobolev_diffusion.config import CrocoddylConfig
from sobolev_diffusion.solver.history import Notes
from sobolev_diffusion.solver.linear_quadratic import LinearQuadratic
from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.protocol import ByParameters, Run
from sobolev_diffusion.solver.riccati import sweep
from sobolev_diffusion.solver.solution import Solution, TrajectoryValue
from sobolev_diffusion.tasks.crocoddyl_models import limits_of, matrix_of

Array = NDArray[np.float64]

AT_LIMIT = 1e-6  # as near to its limit as this, relative where it is above 1, a control is at it
NO_GAP = 1e-9  # between a state and what the dynamics make it: a rollout
PYTHON = "; a model written in Python may not raise within Crocoddyl, which ends its process"
_SOLVERS = {"fddp": crocoddyl.SolverFDDP, "boxfddp": crocoddyl.SolverBoxFDDP}


class FDDP:
    """Settings are `CrocoddylConfig`, problems crocoddyl.ShootingProblem without constraints but limits."""

    name = "fddp or boxfddp"
    settings = CrocoddylConfig

    def check(self, problem: crocoddyl.ShootingProblem, config: CrocoddylConfig) -> None:
        limited = any(model.has_control_limits for model in problem.runningModels)
        if config.solver == "fddp" and limited:
            raise ValueError(
                "solver: fddp leaves out the limits u_lb, u_ub that problem(theta) sets; set solver: boxfddp"
            )

    def may_crash(self, problem: crocoddyl.ShootingProblem, config: CrocoddylConfig) -> str:
        models = {type(model) for model in (*problem.runningModels, problem.terminalModel)}
        ours = all(model.__module__.partition(".")[0] == "crocoddyl" for model in models)
        return "" if ours else PYTHON

    def run(
        self,
        problem: crocoddyl.ShootingProblem,
        xs: Array,
        us: Array,
        config: CrocoddylConfig,
        with_history: bool,
    ) -> Run:
        solver = _SOLVERS[config.solver](problem)
        solver.th_stop = config.stop
        feasible = _cost_and_gaps(problem, xs, us)[1] < NO_GAP  # else BoxFDDP begins without the limits
        error, stopped = "", False
        start = time.perf_counter()
        notes = Notes(start) if with_history else None
        if notes:
            solver.setCallbacks([_Recorder(notes)])
        try:
            stopped = solver.solve(list(xs), list(us), config.max_iterations, feasible, config.regularisation)
        except Exception as failure:  # of Crocoddyl, or of a model written in Python
            error = f"{type(failure).__name__}: {' '.join(str(failure).split())}"
        seconds = time.perf_counter() - start
        solved = np.array(solver.xs), np.array(solver.us)
        if not error and not (all(np.isfinite(part).all() for part in solved) and np.isfinite(solver.cost)):
            error = "the solver's result is not finite"
        history = notes.history if notes else None
        iterations = min(int(solver.iter) + 1, config.max_iterations)
        if error:
            solution = Solution.failed((xs, us), error)
            return Run(replace(solution, iterations=iterations, seconds=seconds, history=history))
        cost, gaps = _cost_and_gaps(problem, *solved)
        primal = max(gaps, _outside(problem, solved[1]))
        dual = _free_gradient(problem, *solved)
        if not np.isfinite([cost, primal, dual]).all():
            solution = Solution.failed((xs, us), "derivatives at the solver's result are not finite")
            return Run(replace(solution, iterations=iterations, seconds=seconds, history=history))
        converged = bool(stopped) and primal <= config.tolerance
        return Run(
            Solution(
                xs=solved[0],
                us=solved[1],
                cost=cost,
                iterations=iterations,
                converged=converged,
                stalled=not converged and iterations < config.max_iterations,
                primal_infeasibility=primal,
                dual_infeasibility=dual,
                seconds=seconds,
                error="",
                linearisation=None,
                history=history,
            )
        )

    def linearise(
        self,
        problem: crocoddyl.ShootingProblem,
        run: Run,
        config: CrocoddylConfig,
        by_parameters: ByParameters | None,
    ) -> Linearisation:
        xs, us = run.solution.xs, run.solution.us
        return sweep(of_crocoddyl(problem, xs, us), by_parameters(xs, us, None) if by_parameters else None)

    def value_of(
        self, problem: crocoddyl.ShootingProblem, xs: Array, us: Array, data: None = None
    ) -> TrajectoryValue:
        return TrajectoryValue(float(problem.calc(list(xs), list(us))), _outside(problem, us))


def of_crocoddyl(problem: crocoddyl.ShootingProblem, xs: Array, us: Array) -> LinearQuadratic:
    """The model along a trajectory; controls are held at limits beyond which the cost would fall."""
    _, held = _gradients(problem, xs, us)  # leaves the derivatives in the problem's data
    stages = list(problem.runningDatas)
    ndx, nu = len(problem.terminalData.Lx), us.shape[1]
    return LinearQuadratic(
        A=np.stack([matrix_of(each.Fx, ndx, ndx) for each in stages]),
        B=np.stack([matrix_of(each.Fu, ndx, nu) for each in stages]),
        l_xx=np.stack([matrix_of(each.Lxx, ndx, ndx) for each in stages]),
        l_xu=np.stack([matrix_of(each.Lxu, ndx, nu) for each in stages]),
        l_uu=np.stack([matrix_of(each.Luu, nu, nu) for each in stages]),
        terminal=matrix_of(problem.terminalData.Lxx, ndx, ndx),
        active=[[] for _ in range(len(us) + 1)],
        mu=1.0,
        held=held,
    )


def _limits(problem: crocoddyl.ShootingProblem) -> tuple[Array, Array]:
    """Of the controls, (T, nu) each."""
    lower, upper = zip(*(limits_of(model) for model in problem.runningModels), strict=True)
    return np.stack(lower), np.stack(upper)


def _outside(problem: crocoddyl.ShootingProblem, us: Array) -> float:
    """By how much the control that is farthest outside of its limits is so."""
    lower, upper = _limits(problem)
    return float(max(np.maximum(lower - us, us - upper).max(), 0.0))


def _gradients(problem: crocoddyl.ShootingProblem, xs: Array, us: Array) -> tuple[Array, NDArray[np.bool_]]:
    """d cost / d u of the problem with its dynamics put in, (T, nu), and which controls are held.

    The costates lambda_t = l_x + A^T lambda_{t+1} run backwards; the gradient is l_u + B^T lambda_{t+1}.
    """
    states, controls = list(xs), list(us)
    problem.calc(states, controls)
    problem.calcDiff(states, controls)
    ndx, nu = len(problem.terminalData.Lx), us.shape[1]
    costate, gradient = np.array(problem.terminalData.Lx), np.empty_like(us)
    for t, stage in reversed(list(enumerate(problem.runningDatas))):
        gradient[t] = stage.Lu + matrix_of(stage.Fu, ndx, nu).T @ costate
        costate = stage.Lx + matrix_of(stage.Fx, ndx, ndx).T @ costate
    lower, upper = _limits(problem)
    near = AT_LIMIT * np.maximum(1.0, np.abs(us))  # BoxFDDP creeps up to limits
    held = ((us <= lower + near) & (gradient > 0)) | ((us >= upper - near) & (gradient < 0))
    return gradient, held


def _free_gradient(problem: crocoddyl.ShootingProblem, xs: Array, us: Array) -> float:
    """The largest entry of the gradient of a control that is not held."""
    gradient, held = _gradients(problem, xs, us)
    return float(np.abs(gradient[~held]).max(initial=0.0))


def _cost_and_gaps(problem: crocoddyl.ShootingProblem, xs: Array, us: Array) -> tuple[float, float]:
    """Cost, and the largest difference between a state and what the dynamics, or x_0, make it."""
    cost = float(problem.calc(list(xs), list(us)))
    models, data = list(problem.runningModels), list(problem.runningDatas)
    gap = np.abs(models[0].state.diff(xs[0], problem.x0)).max()
    for model, each, x in zip(models, data, xs[1:], strict=True):
        gap = max(gap, np.abs(model.state.diff(x, each.xnext)).max())
    return cost, float(gap)


class _Recorder(crocoddyl.CallbackAbstract):  # type: ignore[misc] # Crocoddyl has no types
    """Notes each iterate; the gradient Q_u is of the iterate before, as `History` says."""

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self._notes = notes

    def __call__(self, solver: Any) -> None:
        """Called by the solver after each iteration."""
        Q_u = solver.Qu  # lives as long as what is taken from it must
        gradient = max(np.abs(each).max() for each in Q_u)  # BoxFDDP's is 0 of controls at limits
        self._notes.add(solver.cost, solver.ffeas, gradient)
