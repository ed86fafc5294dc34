"""Targets of costs set in a whole problem, and what the cost's gradients do when they move."""

import numpy as np
import pinocchio as pin
import problems
import pytest

import aligator
from aligator import extras, manifolds

HORIZON = 3


def free_flying():
    """A body in space, whose states are on a manifold, with a cost of each kind that has a target."""
    model = pin.Model()
    body = model.addJoint(0, pin.JointModelFreeFlyer(), pin.SE3.Identity(), "body")
    model.appendBodyToJoint(body, pin.Inertia.Random(), pin.SE3.Identity())
    frame = model.addFrame(pin.Frame("tip", body, pin.SE3(np.eye(3), np.array([0.1, 0.2, 0.3])), pin.OP_FRAME))
    space = manifolds.MultibodyPhaseSpace(model)
    dynamics = aligator.dynamics.IntegratorSemiImplEuler(
        aligator.dynamics.MultibodyFreeFwdDynamics(space, np.eye(6)), 0.1
    )
    rng = np.random.default_rng(0)
    start = random_state(space, rng)

    def stack():
        weights = [W @ W.T for W in (rng.normal(size=(n, n)) for n in (12, 6, 3))]
        place = aligator.FrameTranslationResidual(12, 6, model, np.zeros(3), frame)
        cost = aligator.CostStack(space, 6)
        cost.addCost("state", aligator.QuadraticStateCost(space, 6, start, weights[0]), 0.7)
        cost.addCost("control", aligator.QuadraticControlCost(space, rng.normal(size=6), weights[1]), 1.3)
        cost.addCost("place", aligator.QuadraticResidualCost(space, place, weights[2]), 0.4)
        return cost

    stages = [aligator.StageModel(stack(), dynamics) for _ in range(HORIZON)]
    end = aligator.CostStack(space, 6)
    end.addCost("place", stages[0].cost.getComponent("place"))
    return aligator.TrajOptProblem(start, stages, end), space


def random_state(space, rng):
    return space.integrate(space.neutral(), 0.5 * rng.normal(size=12))


def trajectory(space):
    rng = np.random.default_rng(1)
    return np.array([random_state(space, rng) for _ in range(HORIZON + 1)]), rng.normal(size=(HORIZON, 6))


def targets_at(space, p):
    """Three parameters that move everything."""
    start = space.neutral()
    return {
        "state": space.integrate(start, np.concatenate([p, 2 * p, p**2, -p])),
        "control": np.concatenate([p, p**2]),
        "place": p[::-1],
    }


P = np.array([0.3, -0.2, 0.5])


def test_of_gradients_against_central_differences():
    problem, space = free_flying()
    xs, us = trajectory(space)
    data, eps, step = aligator.TrajOptData(problem), 1e-7, 1e-5

    def gradients(p):
        extras.setCostTargets(problem, targets_at(space, p))
        return extras.firstOrder(problem, xs, us, data)[:2]

    moved = [(gradients(P + step * e), gradients(P - step * e)) for e in np.eye(3)]
    expected = [
        np.stack([(ahead[part] - behind[part]) / (2 * step) for ahead, behind in moved], axis=-1) for part in range(2)
    ]
    gradients(P)
    ahead = [targets_at(space, P + eps * e) for e in np.eye(3)]
    by_name = {name: [each[name] for each in ahead] for name in ahead[0]}
    for ours, theirs in zip(extras.gradientsByTargets(problem, xs, us, data, by_name, np.full(3, eps)), expected):
        assert ours.shape == theirs.shape
        assert np.abs(theirs).max() > 1
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_targets_are_set_everywhere():
    problem, space = free_flying()
    targets = targets_at(space, P)
    extras.setCostTargets(problem, targets)
    for stage in problem.stages:
        np.testing.assert_array_equal(stage.cost.getComponent("state").target, targets["state"])
        np.testing.assert_array_equal(stage.cost.getComponent("control").target, targets["control"])
    for stack in (*(stage.cost for stage in problem.stages), problem.term_cost):
        np.testing.assert_array_equal(stack.getComponent("place").residual.getReference(), targets["place"])


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ({"goal": np.zeros(3)}, "goal: expected the name of a component of a CostStack of the problem"),
        ({"place": np.zeros(4)}, "place: expected 3, got 4"),
        ({"speed": np.zeros(6)}, "speed: expected a cost of a state, of a control or of a FrameTranslationResidual"),
        ({"constant": np.zeros(1)}, "constant: expected a QuadraticStateCost, QuadraticControlCost or "),
    ],
)
def test_refusals(targets, says):
    problem, space = free_flying()
    xs, us = trajectory(space)
    stack, model = problem.stages[0].cost, problem.stages[0].cost.getComponent("place").residual.pin_model
    velocity = aligator.FrameVelocityResidual(12, 6, model, pin.Motion.Zero(), 1, pin.LOCAL)
    stack.addCost("speed", aligator.QuadraticResidualCost(space, velocity, np.eye(6)))
    stack.addCost("constant", aligator.ConstantCost(space, 6, 1.0))
    with pytest.raises(ValueError, match=says):
        extras.setCostTargets(problem, targets)
    data = aligator.TrajOptData(problem)
    moved = {name: [target] for name, target in targets.items()}
    with pytest.raises(ValueError, match=says):
        extras.gradientsByTargets(problem, xs, us, data, moved, [1e-7])


def test_other_sizes_are_refused():
    problem, space = free_flying()
    xs, us = trajectory(space)
    data, moved = aligator.TrajOptData(problem), {"place": np.zeros((2, 3))}
    with pytest.raises(ValueError, match="steps: expected numbers > 0"):
        extras.gradientsByTargets(problem, xs, us, data, moved, [1e-7, 0.0])
    with pytest.raises(ValueError, match=r"place: expected an array of shape \(1, "):
        extras.gradientsByTargets(problem, xs, us, data, moved, [1e-7])
    with pytest.raises(ValueError, match="us"):
        extras.gradientsByTargets(problem, xs, us[1:], data, moved, [1e-7, 1e-7])
    other = aligator.TrajOptData(problems.lqr()[0])
    with pytest.raises(ValueError, match="data"):
        extras.gradientsByTargets(problem, xs, us, other, moved, [1e-7, 1e-7])
