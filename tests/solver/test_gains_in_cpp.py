"""The sweep in C++ has the bits of the reference in NumPy, on derivatives that the solver has left behind.

Where NumPy's and SciPy's OpenBLAS differ for the processor, all but the last of them.
"""

import aligator
import numpy as np
import pytest
from configurations import project
from scipy.linalg import lapack

from sobolev_diffusion.solver import gains
from sobolev_diffusion.solver.linear_quadratic import of_aligator
from sobolev_diffusion.solver.riccati import sweep
from sobolev_diffusion.solver.solve import solve
from sobolev_diffusion.tasks.derive_by_parameters import derive_by_parameters
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task

TASKS = project().tasks
PARTS = ("gains", "A", "B", "parameter_gains")
needs_cpp = pytest.mark.skipif(gains._IN_CPP is None, reason="the official aligator has no extras")


def solved(name: str, iterations: int):
    """A task's first instance, solved: with gains as they are computed, and what they are computed from."""
    task = make_task(name, TASKS[name])
    theta = instance(task, TRAINING, 0, 0)
    problem = task.problem(theta)
    config = TASKS[name].cold.model_copy(update={"max_iterations": iterations})
    noted = {}

    def by_parameters(xs, us, at_hand):
        noted["derivatives"] = derive_by_parameters(task, theta, xs, us, at_hand)
        return noted["derivatives"]

    wanted = by_parameters if len(task.parameters) else None
    original = gains.linearise

    def linearise(problem, xs, us, multipliers, mu, derivatives, data):
        noted.update(multipliers=multipliers, mu=mu, reused=data is not None)
        return original(problem, xs, us, multipliers, mu, derivatives, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sobolev_diffusion.solver.proxddp.linearise", linearise)
        solution = solve(problem, task.guess(theta), config, with_gains=True, by_parameters=wanted)
    return problem, solution, noted


def one_lapack() -> bool:
    """Whether NumPy's solves of the sizes in question are SciPy's, to the bit."""
    rng = np.random.default_rng(0)
    systems = [
        (rng.normal(size=(n, n)), rng.normal(size=(n, width))) for n in range(1, 13) for width in range(2, 28)
    ]
    return all(np.array_equal(np.linalg.solve(a, b), lapack.dgesv(a, b)[2]) for a, b in systems)


@needs_cpp
@pytest.mark.parametrize("iterations", [3, 200])
@pytest.mark.parametrize("name", ["pendulum", "ur5_full_random", "quadrotor", "quadrotor_columns"])
def test_bits(name, iterations):
    problem, solution, noted = solved(name, iterations)
    assert noted["reused"] == solution.converged
    data = aligator.TrajOptData(problem)
    problem.evaluate(list(solution.xs), list(solution.us), data)
    problem.computeDerivatives(list(solution.xs), list(solution.us), data)
    reference = sweep(of_aligator(problem, data, noted["multipliers"], noted["mu"]), noted.get("derivatives"))
    for part in PARTS:
        ours, theirs = getattr(solution.linearisation, part), getattr(reference, part)
        assert (ours is None) == (theirs is None) == (part == "parameter_gains" and name == "pendulum")
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10 * np.abs(theirs).max())
            assert ours.tobytes() == theirs.tobytes() or not one_lapack()
    if name.startswith("quadrotor") and solution.converged:
        assert any(np.any(each) for each in noted["multipliers"])  # constraints take part


@needs_cpp
@pytest.mark.parametrize("in_cpp", [True, False])
def test_a_control_without_cost_is_singular(in_cpp, monkeypatch):
    if not in_cpp:
        monkeypatch.setattr(gains, "_IN_CPP", None)
    dynamics = aligator.dynamics.LinearDiscreteDynamics(np.eye(2), np.zeros((2, 2)), np.zeros(2))
    stage = aligator.StageModel(aligator.QuadraticCost(np.eye(2), np.zeros((2, 2))), dynamics)
    end = aligator.QuadraticCost(np.eye(2), np.zeros((2, 2)))
    problem = aligator.TrajOptProblem(np.ones(2), [stage] * 3, end)
    xs, us = np.ones((4, 2)), np.zeros((3, 2))
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        gains.linearise(problem, xs, us, [np.zeros(0)] * 4, 1.0)


def test_a_state_of_one_number_and_one_parameter_are_for_the_reference(monkeypatch):
    """Products with a single column are other calls of BLAS, with other bits."""
    monkeypatch.setattr(gains, "_IN_CPP", pytest.fail)
    dynamics = aligator.dynamics.LinearDiscreteDynamics(np.eye(1), np.ones((1, 2)), np.zeros(1))
    cost = aligator.QuadraticCost(np.eye(1), np.eye(2))
    problem = aligator.TrajOptProblem(np.ones(1), [aligator.StageModel(cost, dynamics)] * 3, cost)
    linearisation = gains.linearise(problem, np.ones((4, 1)), np.zeros((3, 2)), [np.zeros(0)] * 4, 1.0)
    assert linearisation.gains.shape == (3, 2, 1)
