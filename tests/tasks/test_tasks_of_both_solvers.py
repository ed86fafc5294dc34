"""Tasks that there are for both solvers are the same problem: costs, derivatives, and solutions."""

import aligator
import numpy as np
import pytest

from sobolev_diffusion.config import CrocoddylConfig, SolverConfig, TaskConfig
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.registry import make_task

pytest.importorskip("crocoddyl")
OPTIONS = {"pendulum": {}, "ur5": {"random_target": True}, "quadrotor": {}}
ARMIJO = SolverConfig(step_acceptance="armijo", mu=1e-3, tolerance=1e-5)
COLD = {"pendulum": SolverConfig(step_acceptance="armijo", rollout="nonlinear", mu=1e-6, tolerance=1e-6)}


def both(name):
    """The task for Aligator, and for Crocoddyl."""
    return (
        make_task(kind, TaskConfig(kind=kind, options=OPTIONS[name])) for kind in (name, f"{name}_crocoddyl")
    )


def derivatives_by_aligator(problem, xs, us):
    data = aligator.TrajOptData(problem)
    cost = problem.evaluate(xs, us, data)
    problem.computeDerivatives(xs, us, data)
    end = data.term_cost
    for stage in data.stage_data:
        costs, dynamics = stage.cost_data, stage.dynamics_data
        parts = costs.value, costs.Lx, costs.Lu, costs.Lxx, costs.Lxu, costs.Luu
        yield [*map(np.array, parts), *map(np.array, (dynamics.xnext, dynamics.Jx, dynamics.Ju))]
    yield [np.array(end.value), np.array(end.Lx), np.array(end.Lxx), np.array(cost)]


def derivatives_by_crocoddyl(problem, xs, us):
    cost = problem.calc(xs, us)
    problem.calcDiff(xs, us)
    end = problem.terminalData
    for stage in problem.runningDatas:
        parts = stage.cost, stage.Lx, stage.Lu, stage.Lxx, stage.Lxu, stage.Luu
        yield [*map(np.array, parts), *map(np.array, (stage.xnext, stage.Fx, stage.Fu))]
    yield [np.array(end.cost), np.array(end.Lx), np.array(end.Lxx), np.array(cost)]


@pytest.mark.parametrize("name", OPTIONS)
def test_costs_and_derivatives_along_a_trajectory(name):
    task, other = both(name)
    rng = np.random.default_rng(0)
    theta = task.sample(rng)
    xs, us = task.guess(theta)
    xs = [task.space.integrate(x, 0.1 * rng.normal(size=task.space.ndx)) for x in xs]
    us = list(us + 0.1 * rng.normal(size=us.shape))
    ours = derivatives_by_aligator(task.problem(theta), xs, us)
    theirs = derivatives_by_crocoddyl(other.problem(theta), xs, us)
    for expected, found in zip(ours, theirs, strict=True):
        for one, another in zip(expected, found, strict=True):
            scale = max(1.0, np.abs(one).max())
            np.testing.assert_allclose(another.reshape(one.shape), one, rtol=1e-8, atol=1e-10 * scale)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_solution_of_one_is_one_of_the_other(name):
    task, other = both(name)
    theta = task.sample(np.random.default_rng(0))
    ours = solve(task.problem(theta), task.guess(theta), COLD.get(name, ARMIJO), with_gains=True)
    config = CrocoddylConfig(solver="boxfddp")
    theirs = solve(other.problem(theta), (ours.xs, ours.us), config, with_gains=True)
    assert ours.converged
    assert theirs.converged
    assert theirs.cost == pytest.approx(ours.cost, rel=1e-3)
    np.testing.assert_allclose(theirs.linearisation.A, ours.linearisation.A, atol=1e-2)


@pytest.mark.parametrize("name", OPTIONS)
def test_checked_as_any_task(name):
    _, other = both(name)
    check_task(other)
