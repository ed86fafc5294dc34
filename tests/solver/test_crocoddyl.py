"""Crocoddyl as the solver: gains against the closed form and its own, history, limits, what is wrong."""

import numpy as np
import pytest

crocoddyl = pytest.importorskip("crocoddyl")

from crocoddyl_tasks import HORIZON, NX, QT, START, Q, R, Stage, Tracking, Unicycle, matrices  # noqa: E402

from sobolev_diffusion.config import CrocoddylConfig, CrocoddylWarmConfig, SolverConfig  # noqa: E402
from sobolev_diffusion.own_problem import fitting  # noqa: E402
from sobolev_diffusion.own_problem.fitted import FitError  # noqa: E402
from sobolev_diffusion.solver.collect import solve_instances  # noqa: E402
from sobolev_diffusion.solver.fddp import PYTHON  # noqa: E402
from sobolev_diffusion.solver.solve import solve, value_of  # noqa: E402
from sobolev_diffusion.tasks.base import TaskError  # noqa: E402
from sobolev_diffusion.tasks.closed_loop import follow  # noqa: E402
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters  # noqa: E402

FREE, BOXED = CrocoddylConfig(solver="fddp"), CrocoddylConfig(solver="boxfddp")
TARGET = np.array([0.3, -0.2, 0.1])
THETA = np.concatenate([START, TARGET])


def solved(task, theta, config, **options):
    solution = solve(task.problem(theta), task.guess(theta), config, with_gains=True, **options)
    assert solution.converged
    assert not solution.error
    return solution


def feedback_and_feedforward():
    """K_t and du/dp of finite-horizon tracking, by the affine Riccati recursion."""
    (A, B), P, W, gains = matrices(), QT, -QT, []
    for _ in range(HORIZON):
        uu = R + B.T @ P @ B
        K = -np.linalg.solve(uu, B.T @ P @ A)
        gains.append((K, -np.linalg.solve(uu, B.T @ W)))
        P, W = Q + A.T @ P @ (A + B @ K), -Q + (A + B @ K).T @ W
    return (np.stack(each[::-1]) for each in zip(*gains, strict=True))


@pytest.mark.parametrize("solver", ["fddp", "boxfddp"])
def test_gains_are_those_of_linear_quadratic_tracking(solver):
    task = Tracking()

    def by_parameters(xs, us, at_hand):
        return derive_by_parameters(task, THETA, xs, us, at_hand)

    solution = solved(task, THETA, CrocoddylConfig(solver=solver), by_parameters=by_parameters)
    K, K_p = feedback_and_feedforward()
    np.testing.assert_allclose(solution.linearisation.gains, K, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(solution.linearisation.parameter_gains, K_p, rtol=1e-6, atol=1e-8)
    A, B = matrices()
    np.testing.assert_array_equal(solution.linearisation.A, np.tile(A, (HORIZON, 1, 1)))
    np.testing.assert_array_equal(solution.linearisation.B, np.tile(B, (HORIZON, 1, 1)))


def own_gains(problem, solution, solver):
    """Crocoddyl's at the solution: those that the solver is left with are of the iterate before."""
    own = solver(problem)
    own.setCandidate(list(solution.xs), list(solution.us), True)
    own.preg = own.dreg = 0.0
    own.computeDirection(True)
    return -np.array(own.K)


@pytest.mark.parametrize(
    ("task", "config", "solver"),
    [
        (Unicycle(), FREE, crocoddyl.SolverFDDP),
        (Unicycle(0.3), BOXED, crocoddyl.SolverBoxFDDP),
    ],
)
def test_gains_are_crocoddyls_at_the_solution_with_the_other_sign(task, config, solver):
    theta = np.array([-0.6, -0.5, 0.8])
    solution = solved(task, theta, config)
    problem = task.problem(theta)
    np.testing.assert_allclose(
        solution.linearisation.gains, own_gains(problem, solution, solver), rtol=1e-6, atol=1e-8
    )


def test_following_with_the_gains_comes_nearer_than_without():
    task, theta = Unicycle(), np.array([-0.6, -0.5, 0.8])
    solution = solved(task, theta, FREE)
    elsewhere = theta + 0.05

    def cost_with(gains):
        return value_of(
            task.problem(elsewhere), *follow(task, solution.xs, solution.us, gains, elsewhere)
        ).cost

    best = solved(task, elsewhere, FREE).cost
    with_gains, without = cost_with(solution.linearisation.gains), cost_with(0 * solution.linearisation.gains)
    assert best <= with_gains < best + 0.2 * (without - best)


def test_controls_at_their_limits_have_no_gains():
    task = Tracking(bound=0.3)

    def by_parameters(xs, us, at_hand):
        return derive_by_parameters(task, THETA, xs, us, at_hand)

    solution = solved(task, THETA, BOXED, by_parameters=by_parameters)
    at_limit = np.abs(solution.us) > 0.3 - 1e-6
    assert 0 < at_limit.sum() < at_limit.size
    for gains in (solution.linearisation.gains, solution.linearisation.parameter_gains):
        norms = np.linalg.norm(gains, axis=2)
        assert (norms[at_limit] == 0).all()
        assert norms[~at_limit].min() > 1e-3
    assert solution.dual_infeasibility < 1e-3
    assert value_of(task.problem(THETA), solution.xs, solution.us).violation == 0


def test_violation_of_the_limits_is_told():
    task = Tracking(bound=0.3)
    xs, us = task.guess(THETA)
    assert value_of(task.problem(THETA), xs, us + np.array([0.5, 0.0])).violation == pytest.approx(0.2)


def test_history_ends_at_the_solution():
    task, theta = Unicycle(0.3), np.array([-0.6, -0.5, 0.8])
    solution = solved(task, theta, BOXED, with_history=True)
    history = solution.history
    assert len(history.cost) == solution.iterations
    assert history.cost[-1] == solution.cost
    assert (np.diff(history.seconds) > 0).all()
    assert history.seconds[-1] <= solution.seconds
    cut = solve(task.problem(theta), task.guess(theta), BOXED.model_copy(update={"max_iterations": 2}))
    assert cut.iterations == 2
    assert not (cut.converged)
    assert not (cut.stalled)


@pytest.mark.parametrize(
    ("task", "theta", "config"),
    [(Unicycle(), np.array([-0.6, -0.5, 0.8]), FREE), (Tracking(bound=0.3), THETA, BOXED)],
)
def test_a_solution_from_itself_takes_an_iteration(task, theta, config):
    first = solved(task, theta, config)
    again = solve(task.problem(theta), (first.xs, first.us), config)
    assert again.converged
    assert again.iterations == 1 < first.iterations
    assert again.cost == pytest.approx(first.cost)


def test_instances_with_gains_in_the_parameters():
    task = Tracking()
    rng = np.random.default_rng(3)
    thetas = [task.sample(rng) for _ in range(3)]
    config = CrocoddylWarmConfig(solver="fddp", parameter_gains=True)
    runs = solve_instances(task, config, range(3), thetas, workers=2)
    assert runs.converged.all()
    assert runs.parameter_gains.shape == (3, HORIZON, 2, NX)


class Broken(Stage):
    """A cost that is NaN beyond x_0 = 2."""

    def calc(self, data, x, u=None):
        super().calc(data, x, u)
        if abs(x[0]) > 2:
            data.cost = np.nan


class Raising(Stage):
    def calc(self, data, x, u=None):
        super().calc(data, x, u)
        if abs(x[0]) > 2:
            raise ArithmeticError("no such state")


@pytest.mark.parametrize(("stage", "error"), [(Broken, "not finite"), (Raising, "killed by SIGABRT")])
def test_a_problem_that_cannot_be_evaluated_costs_its_instance(stage, error):
    task = Tracking()
    task.stage = stage
    thetas = [THETA, np.concatenate([[3.0, 0, 0], TARGET])]
    runs = solve_instances(task, FREE, range(2), thetas)
    assert runs.converged.tolist() == [True, False]
    assert runs.error[0] == ""
    assert error in runs.error[1]
    assert "\n" not in runs.error[1]
    assert runs.cost[1] == np.inf


def test_a_model_of_python_that_raises_does_not_end_ours():
    task = Tracking()
    task.stage = Raising
    theta = np.concatenate([[3.0, 0, 0], TARGET])
    solution = solve(task.problem(theta), task.guess(theta), FREE)
    assert solution.error == f"the process was killed by SIGABRT{PYTHON}"
    assert solution.cost == np.inf
    assert not solution.converged


class Flat(Stage):
    """No cost of the second control, which does nothing."""

    def __init__(self, target, bound=None):
        super().__init__(target, bound, np.diag([0.5, 0.0]))
        self.B[:, 1] = 0


def test_a_problem_without_gains_is_told():
    problem = crocoddyl.ShootingProblem(START, [Flat(TARGET)] * HORIZON, Flat(TARGET))
    guess = np.tile(START, (HORIZON + 1, 1)), np.zeros((HORIZON, 2))
    with pytest.raises(np.linalg.LinAlgError, match=r"there are no gains: the Hessian Q_uu of step 19$"):
        solve(problem, guess, FREE, with_gains=True)


def test_settings_of_the_other_solver_are_told_before_anything_is_solved():
    task = Tracking()
    with pytest.raises(
        TaskError, match=r"^tracking: solver: proxddp does not solve a ShootingProblem.*boxfddp$"
    ):
        solve_instances(task, SolverConfig(), [0], [THETA])


def test_limits_are_not_left_out():
    task = Tracking(bound=0.3)
    with pytest.raises(
        TaskError, match=r"^tracking: solver: fddp leaves out the limits .* set solver: boxfddp$"
    ):
        solve_instances(task, FREE, [0], [THETA])


def test_a_fit_of_settings_says_what_to_use_instead():
    with pytest.raises(FitError, match=r"^tracking: a fit tries settings of ProxDDP, .* use collect, train"):
        fitting.check(Tracking(), 40, 1)
