"""A call with an argument of the wrong class names the argument, what it should be, and what was given."""

import numpy as np
import pinocchio as pin
import pytest

import aligator
from aligator import constraints, dynamics, manifolds


class Forgetful(aligator.CostAbstract):
    def __init__(self):
        pass


@pytest.fixture
def parts(arm):
    space = manifolds.MultibodyPhaseSpace(arm)
    step = dynamics.IntegratorEuler(dynamics.MultibodyFreeFwdDynamics(space), 0.1)
    return space, step, aligator.QuadraticControlCost(space, 2, np.eye(2))


def check(call, message):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message


def test_objects(parts, arm):
    _, step, cost = parts
    stage = aligator.StageModel(cost, step)
    problem = aligator.TrajOptProblem(np.zeros(4), [stage], cost)
    check(
        lambda: aligator.StageModel(cost, None),
        "dynamics: expected aligator.ExplicitDynamicsModel, got None (in StageModel)",
    )
    check(
        lambda: aligator.StageModel(dynamics=step, cost=step),
        "cost: expected aligator.CostAbstract, got IntegratorEuler (in StageModel)",
    )
    check(
        lambda: aligator.FrameTranslationResidual(4, 2, None, np.zeros(3), 0),
        "model: expected pinocchio.Model, got None (in FrameTranslationResidual)",
    )
    check(
        lambda: aligator.FrameVelocityResidual(4, 2, arm, pin.SE3.Identity(), 1, pin.LOCAL),
        "v_ref: expected pinocchio.Motion, got SE3 (in FrameVelocityResidual)",
    )
    check(
        lambda: stage.addConstraint(aligator.ControlErrorResidual(4, 2), "box"),
        "cstr_set: expected aligator.constraints.ConstraintSet, got str (in StageModel.addConstraint)",
    )
    check(
        lambda: aligator.SolverProxDDP(1e-3).setup(stage),
        "problem: expected aligator.TrajOptProblem, got StageModel (in SolverProxDDP.setup)",
    )
    check(
        lambda: setattr(problem, "term_cost", 3),
        "term_cost: expected aligator.CostAbstract, got int (in TrajOptProblem.term_cost)",
    )
    check(
        lambda: aligator.computeTrajectoryCost(problem),
        "problem_data: expected aligator.TrajOptData, got TrajOptProblem (in computeTrajectoryCost)",
    )


def test_numbers():
    check(lambda: aligator.SolverProxDDP("small"), "tol: expected float, got str (in SolverProxDDP)")
    check(lambda: manifolds.VectorSpace(2.5), "dim: expected int, got float (in VectorSpace)")
    check(
        lambda: setattr(aligator.SolverFDDP(1e-3), "max_iters", None),
        "max_iters: expected int, got None (in SolverFDDP.max_iters)",
    )
    check(
        lambda: setattr(aligator.SolverFDDP(1e-3), "verbose", 3),
        "verbose: expected aligator.VerboseLevel, got int (in SolverFDDP.verbose)",
    )


def test_sequences(parts):
    _, step, cost = parts
    stage = aligator.StageModel(cost, step)
    check(
        lambda: aligator.TrajOptProblem(np.zeros(4), None, cost),
        "stages: expected a sequence of aligator.StageModel, got None (in TrajOptProblem)",
    )
    check(
        lambda: aligator.TrajOptProblem(np.zeros(4), [stage, cost], cost),
        "stages[1]: expected aligator.StageModel, got QuadraticControlCost (in TrajOptProblem)",
    )
    box = constraints.BoxConstraint(np.zeros(2), np.ones(2))
    check(
        lambda: constraints.ConstraintSetProduct([box, None], [2, 2]),
        "components[1]: expected aligator.constraints.ConstraintSet, got None (in ConstraintSetProduct)",
    )


def test_overloads(parts):
    _, _, cost = parts
    check(
        lambda: aligator.CostStack(cost).addCost("name", None),
        "cost: expected aligator.CostAbstract, got None (in CostStack.addCost)",
    )
    check(
        lambda: aligator.rollout(None, np.zeros(4), []),
        "dyn_model: expected aligator.ExplicitDynamicsModel, got None; or dyn_models: expected a sequence of "
        "aligator.ExplicitDynamicsModel, got None (in rollout)",
    )


def test_number_and_names_of_arguments(parts):
    _, step, cost = parts
    check(
        lambda: aligator.StageModel(cost),
        "dynamics: missing, expected aligator.ExplicitDynamicsModel (in StageModel)",
    )
    check(
        lambda: aligator.StageModel(cost, dynamic=step),
        "dynamic: no such argument, expected cost, dynamics (in StageModel)",
    )
    check(lambda: aligator.StageModel(cost, step, 1), "expected at most 2 arguments, got 3 (in StageModel)")


@pytest.mark.filterwarnings("ignore:nanobind")
def test_base_class_not_initialised(parts):
    _, step, _ = parts
    check(
        lambda: aligator.StageModel(Forgetful(), step),
        "cost: not initialised; Forgetful.__init__ must call super().__init__() (in StageModel)",
    )


def test_operators_still_decline(parts):
    _, _, cost = parts
    assert aligator.CostStack.__add__(aligator.CostStack(cost), 3) is NotImplemented
    with pytest.raises(TypeError, match="unsupported operand"):
        cost + 3
