"""Solves through the Python module `aligator` against the same solves in a C++ program."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import aligator
import cmeel
import numpy as np
import pinocchio as pin
from aligator import constraints, dynamics, manifolds

from benchmarks.comparison import Comparison
from benchmarks.cpp_program import BUILD, SOURCE, CppProgram, compile_project

BAR = 1.03
REPETITIONS = 100
# the same as in cpp/arm_reaching.cpp
STAGES, TIMESTEP, TOLERANCE, PENALTY, LARGEST_TORQUE = 100, 0.01, 1e-6, 1e-4, 20.0
DIGITS = 1e-9  # to which both must reach the same cost


def comparisons() -> Iterator[Comparison]:
    model = pin.buildSampleModelManipulator()
    problem = reaching(model)
    xs, us = [problem.x0_init] * (STAGES + 1), [np.zeros(model.nv)] * STAGES
    solver = aligator.SolverProxDDP(TOLERANCE, PENALTY)
    solver.setup(problem)

    def solve(max_iters: int) -> Callable[[], float]:
        def work() -> float:
            solver.max_iters = max_iters
            start = time.process_time()
            solver.run(problem, xs, us)
            return time.process_time() - start

        return work

    def build() -> float:
        start = time.process_time()
        reaching(model)
        return time.process_time() - start

    with CppProgram(_compile()) as running:
        program = Solves(running)
        for name, what, work, bar in (
            (f"solve of an arm, {STAGES} stages", "solve", solve(1000), BAR),
            ("its first iteration alone", "iterate", solve(1), None),
            ("building the problem", "build", build, None),
        ):
            work()
            program.run(what)
            program.check_same(solver.results)
            yield Comparison(
                name,
                "the same in C++",
                work,
                lambda what=what: program.run(what),
                bar,
                sense="share",
                clock="own",
                repetitions=REPETITIONS,
            )


def reaching(model: pin.Model) -> aligator.TrajOptProblem:
    """An arm that reaches for a point, with bounded torques."""
    space = manifolds.MultibodyPhaseSpace(model)
    nu, ndx, rest = model.nv, space.ndx, space.neutral()

    cost = aligator.CostStack(space, nu)
    cost.addCost("state", aligator.QuadraticStateCost(space, nu, rest, 1e-2 * TIMESTEP * np.eye(ndx)))
    cost.addCost("control", aligator.QuadraticControlCost(space, nu, 1e-3 * TIMESTEP * np.eye(nu)))
    ode = dynamics.MultibodyFreeFwdDynamics(space, np.eye(nu))
    stage = aligator.StageModel(cost, dynamics.IntegratorSemiImplEuler(ode, TIMESTEP))
    bound = LARGEST_TORQUE * np.ones(nu)
    stage.addConstraint(
        aligator.ControlErrorResidual(ndx, np.zeros(nu)), constraints.BoxConstraint(-bound, bound)
    )

    tip = aligator.FrameTranslationResidual(ndx, nu, model, np.array([0.5, 0.5, 0.5]), model.nframes - 1)
    end = aligator.CostStack(space, nu)
    end.addCost("tip", aligator.QuadraticResidualCost(space, tip, 100 * np.eye(3)))
    end.addCost("state", aligator.QuadraticStateCost(space, nu, rest, 1e-2 * np.eye(ndx)))
    return aligator.TrajOptProblem(space.integrate(rest, 0.1 * np.ones(ndx)), [stage] * STAGES, end)


class Solves:
    """The running C++ program, and how its last solve ended."""

    def __init__(self, program: CppProgram) -> None:
        self._program = program
        self._iterations, self._cost = 0, 0.0

    def run(self, what: str) -> float:
        """Seconds of processor time that this took."""
        seconds, iterations, cost = self._program.ask(what)
        self._iterations, self._cost = int(iterations), float(cost)
        return float(seconds)

    def check_same(self, results: aligator.Results) -> None:
        """RuntimeError unless the program's last solve took as many iterations to the same cost."""
        ours, theirs = (results.num_iters, results.traj_cost), (self._iterations, self._cost)
        if ours[0] != theirs[0] or not np.isclose(ours[1], theirs[1], rtol=DIGITS, atol=0):
            raise RuntimeError(f"iterations and cost differ: {ours} through the bindings, {theirs} in C++")


def _compile() -> Path:
    prefix = Path(cmeel.__file__).parents[1] / "cmeel.prefix"
    compile_project(SOURCE, BUILD, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DPython_EXECUTABLE={sys.executable}")
    return BUILD / "arm_reaching"
