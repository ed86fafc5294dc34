"""Solves through the Python module `aligator` against the same solves in a C++ program."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import aligator
import cmeel
import numpy as np
import pinocchio as pin
from aligator import constraints, dynamics, manifolds

from benchmarks import instructions
from benchmarks.comparison import Comparison, Line
from benchmarks.cpp_program import BUILD, SOURCE, CppProgram, compile_project

BAR = 1.03  # of the instructions; times of two processes differ by more than that on a shared machine
REPETITIONS = 100
WORK = {
    "solve of an arm, 100 stages": "solve",
    "its first iteration alone": "iterate",
    "building the problem": "build",
}
# the same as in cpp/arm_reaching.cpp
STAGES, TIMESTEP, TOLERANCE, PENALTY, LARGEST_TORQUE = 100, 0.01, 1e-6, 1e-4, 20.0
DIGITS = 1e-9  # to which both must reach the same cost


def comparisons() -> Iterator[Comparison | Line]:
    compiled = _compile()
    arm = Arm()
    with CppProgram(compiled) as running:
        program = Solves(running)
        for name, what in WORK.items():
            arm.run(what)
            program.run(what)
            program.check_same(arm.solver.results)
            yield Comparison(
                f"{name}, time",
                "the same in C++",
                partial(arm.run, what),
                partial(program.run, what),
                sense="share",
                clock="own",
                repetitions=REPETITIONS,
            )
    if not instructions.available():
        print("valgrind is not installed: instructions are not counted")
        return
    ours = (sys.executable, "-m", "benchmarks.bindings")
    for name, what in WORK.items():
        bar = None if what == "iterate" else BAR
        yield instructions.share(
            f"{name}, instructions", "the same in C++", ours, (str(compiled),), what, bar
        )


class Arm:
    """The problem and its solver through the bindings."""

    def __init__(self) -> None:
        self._model = pin.buildSampleModelManipulator()
        self._problem = reaching(self._model)
        self._guess = [self._problem.x0_init] * (STAGES + 1), [np.zeros(self._model.nv)] * STAGES
        self.solver = aligator.SolverProxDDP(TOLERANCE, PENALTY)
        self.solver.setup(self._problem)

    def run(self, what: str) -> float:
        """Seconds of processor time that this took, as in cpp/arm_reaching.cpp."""
        self.solver.max_iters = 1 if what == "iterate" else 1000
        start = time.process_time()
        if what == "build":
            reaching(self._model)
        else:
            self.solver.run(self._problem, *self._guess)
        return time.process_time() - start


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


if __name__ == "__main__":  # as the C++ program: does what it reads
    arm = Arm()
    for line in sys.stdin:
        arm.run(line.strip())
