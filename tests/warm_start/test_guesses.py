"""Guesses are the best of what was rolled out, by cost and violation, measured against demonstrations."""

from dataclasses import replace

import aligator
import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.config import GuessConfig
from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.solve import solve, value_of
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.random_streams import stream
from sobolev_diffusion.tasks.region import Region
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.warm_start.evaluate import evaluate, evaluate_chosen
from sobolev_diffusion.warm_start.guesses import Guess, GuessChooser
from sobolev_diffusion.warm_start.refine import refine_guess
from sobolev_diffusion.warm_start.rollout import roll_out

CONFIG = project()
COLD, WARM = CONFIG.tasks["pendulum"].cold, CONFIG.tasks["pendulum"].warm


@pytest.fixture(scope="module")
def task():
    return make_task("pendulum", CONFIG.tasks["pendulum"])


@pytest.fixture(scope="module")
def demonstrations(task):
    return collect(task, COLD, 0, range(4))


@pytest.fixture(scope="module")
def policy(task):
    """Untrained, so that its samples differ and are all bad."""
    torch.manual_seed(0)
    policy = make_policy(task, CONFIG.method("pendulum", "diff").policy).eval()
    policy.normalise_action.scale.fill_(5.0)
    return policy


@pytest.fixture(scope="module")
def instances(task, demonstrations):
    thetas = list(demonstrations.theta[:3])
    return thetas, [task.problem(theta) for theta in thetas]


def generators():
    return [stream("test", i) for i in range(3)]


def choose(task, policy, demonstrations, instances, **settings):
    chooser = GuessChooser(task, policy, demonstrations, GuessConfig(**settings), COLD.tolerance)
    return chooser.choose(*instances, 8, generators())


def test_by_default_it_is_the_one_rollout(task, policy, instances):
    guesses = choose(task, policy, None, instances)
    rollouts = roll_out(task, policy, instances[0], 8, generators())
    for guess, xs, us in zip(guesses, rollouts.xs, rollouts.us, strict=True):
        assert (guess.source, guess.tried, guess.stopped) == ("policy", 1, 0)
        np.testing.assert_array_equal(guess.xs, xs)
        np.testing.assert_array_equal(guess.us, us)


def test_of_several_samples_it_is_the_cheapest(task, policy, instances):
    guesses = choose(task, policy, None, instances, samples=4)
    for i, (theta, problem) in enumerate(zip(*instances, strict=True)):
        own = generators()[i]
        costs = []
        for generator in [own, *own.spawn(3)]:
            rollouts = roll_out(task, policy, [theta], 8, [generator])
            costs.append(value_of(problem, rollouts.xs[0], rollouts.us[0]).cost)
        assert len(set(costs)) == 4
        assert guesses[i].cost == min(costs)
        assert guesses[i].tried == 4


class Slow(Pendulum):
    """May not swing fast, which rollouts do not know."""

    name = "slow"

    def stage(self, cost):
        stage = super().stage(cost)
        speed = aligator.StateErrorResidual(self.space, self.nu, np.zeros(2))
        limit = np.array([100.0, 0.5])
        stage.addConstraint(speed, aligator.constraints.BoxConstraint(-limit, limit))
        return stage


def test_violation_counts_beyond_what_is_allowed(policy, instances):
    """Rollouts that violate less come before cheaper ones, but for a violation that is allowed."""
    task = Slow()
    slow = instances[0], [task.problem(theta) for theta in instances[0]]
    cheapest = choose(task, policy, None, slow, samples=8, violation_weight=1e-9)
    strict = choose(task, policy, None, slow, samples=8, violation_weight=1e9)
    for light, heavy in zip(cheapest, strict, strict=True):
        assert light.violation > heavy.violation > 0
        assert light.cost < heavy.cost
    worst = max(guess.violation for guess in cheapest)
    for allowed, same in ((worst, cheapest), (0.0, strict)):
        guesses = choose(task, policy, None, slow, samples=8, violation_weight=1e9, allowed_violation=allowed)
        for guess, other in zip(guesses, same, strict=True):
            assert (guess.cost, guess.violation) == (other.cost, other.violation)


def test_the_nearest_demonstration_is_one_to_choose_from(task, policy, demonstrations, instances):
    for guess, cost in zip(
        choose(task, policy, demonstrations, instances, samples=2, nearest=True),
        demonstrations.cost,
        strict=False,
    ):
        assert guess.source == "nearest"
        assert guess.cost == pytest.approx(cost, rel=1e-2)
        assert guess.tried == 3


def test_the_nearest_demonstration_has_to_be_cheaper_by_a_margin(task, policy, demonstrations, instances):
    alone = choose(task, policy, demonstrations, instances, samples=2)
    nearest = choose(task, policy, demonstrations, instances, samples=2, nearest=True)
    ratio = min(theirs.cost / ours.cost for theirs, ours in zip(alone, nearest, strict=True))
    assert ratio > 1.1
    for margin, source in ((0.99 * ratio, {"nearest"}), (1e9, {"policy"})):
        guesses = choose(
            task, policy, demonstrations, instances, samples=2, nearest=True, nearest_margin=margin
        )
        assert {guess.source for guess in guesses} == source
        for guess, same in zip(guesses, nearest if source == {"nearest"} else alone, strict=True):
            assert guess.cost == same.cost
            np.testing.assert_array_equal(guess.xs, same.xs)
    with pytest.raises(ValueError, match="nearest_margin: nothing is followed; set nearest: true"):
        GuessConfig(nearest_margin=2)


def test_the_nearest_demonstration_may_be_followed_to_the_instance_s_own_goal():
    flight = make_task("quadrotor", CONFIG.tasks["quadrotor"])
    config = CONFIG.tasks["quadrotor"].cold.model_copy(update={"parameter_gains": True})
    known = collect(flight, config, 0, range(2))
    pilot = make_policy(flight, CONFIG.method("quadrotor", "diff").policy).eval()
    theta = known.theta[0].copy()
    theta[-3:] += 0.2  # metres, of the goal
    ends = []
    for settings in ({}, {"nearest_in_parameters": True}):
        chooser = GuessChooser(flight, pilot, known, GuessConfig(nearest=True, **settings), config.tolerance)
        (guess,) = chooser.choose([theta], [flight.problem(theta)], 8, [stream("test", 0)])
        assert guess.source == "nearest"
        ends.append(np.linalg.norm(guess.xs[-1][:3] - theta[-3:]))
    its_own, moved = ends
    assert moved < 0.5 * its_own


def test_what_is_not_followed_is_not_followed_in_parameters():
    with pytest.raises(ValueError, match=r"nearest_in_parameters: .* set nearest: true"):
        GuessConfig(nearest_in_parameters=True)


def test_more_samples_only_where_the_first_is_not_good_enough(task, policy, demonstrations, instances):
    few = choose(task, policy, demonstrations, instances, samples=4, enough=1e9)
    many = choose(task, policy, demonstrations, instances, samples=4, enough=1e-9)
    assert [guess.tried for guess in few] == [1, 1, 1]
    assert [guess.tried for guess in many] == [4, 4, 4]
    for guess, all_at_once in zip(many, choose(task, policy, None, instances, samples=4), strict=True):
        assert guess.cost == pytest.approx(all_at_once.cost, rel=1e-9)


def test_where_even_the_best_costs_far_more_than_demonstrations_the_solver_starts_cold(
    task, policy, demonstrations, instances
):
    for limit, source in ((1e9, "policy"), (1.01, "interpolated")):
        guesses = choose(task, policy, demonstrations, instances, samples=2, cold_above=limit)
        assert [guess.source for guess in guesses] == [source] * 3


def test_a_rollout_that_leaves_the_region_is_stopped_and_no_guess(task, policy, demonstrations, instances):
    narrow = Region.around(task, demonstrations.xs[:, :1], 0.0)  # but the initial states
    rollouts = roll_out(task, policy, instances[0], 8, generators(), narrow)
    free = roll_out(task, policy, instances[0], 8, generators())
    assert rollouts.stopped.all()
    assert not free.stopped.any()
    for xs, us, freely in zip(rollouts.xs, rollouts.us, free.xs, strict=True):
        last = int(np.flatnonzero((xs != freely).any(axis=1))[0]) - 1  # where it was stopped
        assert all(narrow.holds(x) for x in xs)
        assert not narrow.holds(freely[last + 1])
        np.testing.assert_array_equal(xs[last:], np.broadcast_to(xs[last], xs[last:].shape))
        assert not us[last:].any()
    at_the_start = replace(demonstrations, xs=demonstrations.xs[:, :1])
    for guess in choose(task, policy, at_the_start, instances, samples=3, region=1e-3):
        assert guess.stopped == guess.tried == 3
        assert guess.source == "interpolated"
        assert guess.cost == np.inf


def test_what_needs_demonstrations_says_so(task, policy):
    for settings in ({"nearest": True}, {"enough": 1.0}, {"region": 1.0}, {"cold_above": 2.0}):
        with pytest.raises(ValueError, match="needs the demonstrations"):
            GuessChooser(task, policy, None, GuessConfig(**settings), COLD.tolerance)


def test_restarting_ends_where_to_alone_ends(task, demonstrations, instances):
    theta, problem = instances[0][1], instances[1][1]
    xs, us = demonstrations.xs[0], demonstrations.us[0]
    guess = Guess(xs, us, "policy", 1.0, 0.0, 0, 1)
    hasty = WARM.model_copy(update={"max_iterations": 1})
    alone = solve(problem, task.guess(theta), COLD)
    given_up = refine_guess(task, theta, problem, guess, hasty, COLD, restart=False)
    again = refine_guess(task, theta, problem, guess, hasty, COLD, restart=True, with_history=True)
    assert not given_up.converged
    assert again.converged
    np.testing.assert_array_equal(again.xs, alone.xs)
    assert again.iterations == 1 + alone.iterations == len(again.history.cost)
    assert np.all(np.diff(again.history.seconds) > 0)


def test_chosen_guesses_are_evaluated_as_rollouts_are(task, policy, demonstrations):
    plain = evaluate(task, policy, WARM, 0, 3, [8])
    chosen = evaluate_chosen(task, policy, demonstrations, GuessConfig(), COLD, WARM, 0, 3, [8])
    assert (chosen.guess_source == "policy").all()
    assert chosen[plain.columns].equals(plain)
    nearest = GuessConfig(samples=2, nearest=True, cold_above=50.0, restart=True)
    guarded = evaluate_chosen(task, policy, demonstrations, nearest, COLD, WARM, 0, 3, [8])
    assert (guarded.policy_cost <= plain.policy_cost).all()
    assert guarded.converged.all()
    assert (guarded.guess_tried == 3).all()
