"""What is there but rests on less than was asked for says so, with the causes, also without any logger."""

import warnings

import numpy as np
import pytest
from configurations import project

from sobolev_diffusion.config import MethodConfig, PolicyConfig, SobolevConfig, SolverConfig
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.selection import select
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.training.train import train
from sobolev_diffusion.warm_start.evaluate import evaluate
from sobolev_diffusion.weakened import Weakened, counted

COLD = project().tasks["pendulum"].cold


class Brittle(Pendulum):
    """Has no problem for instances that start to the left."""

    def problem(self, theta):
        if theta[0] < np.pi:
            raise RuntimeError("no way there from 12 or 13")
        return super().problem(theta)


@pytest.fixture(scope="module")
def pendulum():
    return Pendulum(horizon=60)


def left(task, numbers):
    """How many of these instances start to the left."""
    return sum(instance(task, TRAINING, 0, number)[0] < np.pi for number in numbers)


def told(function):
    """What a function returns, and the weaknesses that it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = function()
    return answer, [str(each.message) for each in caught if isinstance(each.message, Weakened)]


def test_solves_without_a_result_are_told_with_their_cause():
    task = Brittle(horizon=60)
    lost = left(task, range(8))
    assert 0 < lost < 8
    runs, said = told(lambda: collect(task, COLD, 0, range(8)))
    assert said == [
        f"{lost} of 8 solves ended without a result: {lost} x RuntimeError: no way there from .. or .."
    ]
    assert (runs.error != "").sum() == lost


def test_instances_that_are_not_learnt_from_are_told_with_how_their_solves_ended(pendulum):
    iterations = collect(pendulum, COLD, 0, range(6)).iterations
    few = COLD.model_copy(update={"max_iterations": int(np.median(iterations))})
    runs = collect(pendulum, few, 0, range(6))
    lost = int((~runs.converged).sum())
    assert 0 < lost < 6
    chosen, said = told(lambda: select(runs))
    assert len(chosen) == 6 - lost
    assert said == [
        f"{lost} of 6 instances are not learnt from: solved alone {lost} x at the limit of iterations"
    ]
    assert told(lambda: select(runs.take(runs.converged)))[1] == []


def test_nothing_to_learn_from_is_an_error_with_the_causes(pendulum):
    runs = collect(pendulum, SolverConfig(max_iterations=1), 0, range(3))
    words = "no demonstration to learn from: none of 3 instances was solved: solved alone 3 x at the limit"
    with pytest.raises(ValueError, match=words):
        select(runs)


def test_a_sobolev_term_that_drowns_the_loss_is_told_and_an_absurd_weight_is_refused(pendulum):
    runs = select(collect(pendulum, COLD, 0, range(2)))

    def trained(weight):
        method = MethodConfig(policy=PolicyConfig(kind="direct"), sobolev=SobolevConfig(weight=weight))
        return told(lambda: train(pendulum, runs, method, 2, 0))[1]

    assert trained(0.01) == []
    (said,) = trained(1e5)
    assert "gradient steps follow the Sobolev term alone: sobolev.weight is 100000; lower it" in said
    with pytest.raises(ValueError, match="less than or equal to 1000000"):
        SobolevConfig(weight=1e30)


def test_rollouts_and_refinements_without_a_result_are_told(pendulum):
    runs = select(collect(pendulum, COLD, 0, range(2)))
    policy = train(pendulum, runs, MethodConfig(policy=PolicyConfig(kind="direct")), 1, 0).policy
    policy.trained_on = None
    table, said = told(
        lambda: evaluate(Brittle(horizon=60), policy, project().tasks["pendulum"].warm, 0, 6, [1])
    )
    lost = int(table.failed.sum())
    assert 0 < lost < 6
    reason = f"{lost} x RuntimeError: no way there from 12 or 13"
    assert said == [
        f"{lost} of 6 rollouts (T_a = 1) have no cost: {reason}",
        f"{lost} of 6 refinements (T_a = 1) have no result: {reason}",
    ]


def test_reasons_are_counted_the_most_frequent_first():
    assert counted(["b", "a", "a"]) == "2 x a, 1 x b"
    assert counted(["a", "b", "c", "d", "d"], most=2) == "2 x d, 1 x a, others"
    assert counted([]) == ""


def test_no_instances_are_no_demonstrations():
    with pytest.raises(ValueError, match="numbers: no instances to solve"):
        collect(Pendulum(), COLD, 0, range(0))
