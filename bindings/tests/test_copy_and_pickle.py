import copy
import pickle

import numpy as np
import problems
import pytest
import systems

import aligator
from aligator import constraints, manifolds


class Picklable(aligator.CostAbstract):
    def __init__(self, weight):
        self.weight = weight
        super().__init__(manifolds.VectorSpace(2), 1)

    def __getinitargs__(self):
        return (self.weight,)


def spaces():
    model = systems.arm()
    return [
        manifolds.VectorSpace(3),
        manifolds.SE3(),
        manifolds.MultibodyConfiguration(model),
        manifolds.MultibodyPhaseSpace(model),
    ]


@pytest.mark.parametrize("space", spaces(), ids=lambda s: type(s).__name__)
def test_pickle_of_spaces(space):
    other = pickle.loads(pickle.dumps(space))
    assert type(other) is type(space) and (other.nx, other.ndx) == (space.nx, space.ndx)


def test_pickle_of_sets():
    box = pickle.loads(pickle.dumps(constraints.BoxConstraint(-np.ones(2), 2 * np.ones(2))))
    np.testing.assert_array_equal(box.upper_limit, 2)
    assert isinstance(pickle.loads(pickle.dumps(constraints.NegativeOrthant())), constraints.NegativeOrthant)


def test_pickle_of_python_classes():
    cost = pickle.loads(pickle.dumps(Picklable(2.0)))
    assert type(cost) is Picklable and cost.weight == 2.0
    assert copy.deepcopy(cost).weight == 2.0

    class Unpicklable(aligator.CostAbstract):
        pass

    with pytest.raises(TypeError, match="__getinitargs__"):
        pickle.dumps(Unpicklable(manifolds.VectorSpace(1), 1))


def test_copies_are_independent():
    space = manifolds.VectorSpace(2)
    cost = aligator.QuadraticStateCost(space, 1, np.zeros(2), np.eye(2))
    for duplicate in (cost.copy(), copy.copy(cost), copy.deepcopy(cost)):
        duplicate.target = np.ones(2)
        np.testing.assert_array_equal(cost.target, 0)
    stack = aligator.CostStack(cost)
    stack.copy().setWeight(0, 5.0)
    assert stack.getWeight(0) == 1.0


def test_copy_of_results(arm):
    problem = problems.reaching(arm)
    solver = problems.solve(problem)
    kept = solver.results.copy()
    us = np.array(kept.us)
    problem.x0_init = np.ones(4)
    solver.run(problem)
    np.testing.assert_array_equal(kept.us, us)
    assert not np.allclose(solver.results.us, us)
    second = copy.deepcopy(kept)
    np.testing.assert_array_equal(second.us, us)


def test_copy_of_a_problem(arm):
    problem = problems.reaching(arm)
    duplicate = copy.deepcopy(problem)
    duplicate.x0_init = np.ones(4)
    np.testing.assert_array_equal(problem.x0_init, 0)
    assert duplicate.num_steps == problem.num_steps
