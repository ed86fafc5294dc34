"""What the first line of a report says, in words, of times that were measured."""

import numpy as np
import pandas as pd
import pytest

from sobolev_diffusion.own_problem.measure import Measured
from sobolev_diffusion.own_problem.verdict import compare, factor, interval, sentence
from sobolev_diffusion.own_problem.ways import WAYS

NEVER = np.inf


def measured(anew=0.0, **seconds):
    """As if this had been measured: seconds of every instance by way, NEVER where it was not solved."""
    rows = []
    for way in WAYS:
        for instance, each in enumerate(seconds.get(way, seconds["alone"])):
            rows.append(
                {"way": way, "instance": instance, "solved": each < NEVER, "seconds": each, "iterations": 20}
            )
    count = len(seconds["alone"])
    return Measured(np.zeros((count, 1)), np.zeros(count), pd.DataFrame(rows), {}, anew)


def test_ratios_that_are_numbers_are_told_as_such():
    line = sentence(measured(alone=[0.4] * 10, policy=[0.2] * 10), "policy")
    assert line.startswith(
        "Yes, warm starting pays: from policy the solver is 2 times as fast as alone, guess included (median "
        "of 10 held-out instances, 90% interval 2 times); iterations 20 alone and 20; solved 100% alone"
    )
    assert sentence(measured(alone=[0.2] * 10, policy=[0.4] * 10), "policy").startswith(
        "No, warm starting does not pay: from policy the solver is 0.5 times as fast as alone"
    )


def test_what_only_the_warm_start_solves_is_told_in_words():
    found = measured(alone=[NEVER] * 9 + [0.4], policy=[0.2] * 10)
    assert sentence(found, "policy").startswith(
        "Yes, warm starting pays: at least half of the instances are solved from policy only (median of 10 "
        "held-out instances, 90% interval at least half solved from policy only); iterations"
    )


def test_what_only_the_solver_alone_solves_is_told_in_words():
    found = measured(alone=[0.4] * 10, policy=[NEVER] * 9 + [0.2], nearest=[0.2] * 10)
    line = sentence(found, "policy")
    assert line.startswith(
        "No, warm starting does not pay: at least half of the instances are solved alone only (median"
    )
    assert line.endswith(
        " Better: from nearest the solver is 2 times as fast as alone, guess included: --start nearest."
    )


def test_what_is_slower_than_alone_is_not_called_better():
    line = sentence(
        measured(alone=[0.2] * 9, policy=[0.8] * 9, nearest=[0.4] * 9, cheaper=[0.5] * 9), "policy"
    )
    assert " Least slow: from nearest the solver is 0.5 times as fast as alone" in line


def test_an_interval_that_ends_where_ratios_are_no_numbers_is_told_in_words():
    found = measured(alone=[NEVER] * 3 + [0.4] * 4, cheaper=[0.2] * 4 + [NEVER] * 3)
    verdict = compare(found, "cheaper")
    assert (verdict.low, verdict.median, verdict.high) == (0, 2, NEVER)
    assert (
        interval(verdict, "cheaper")
        == "at least half solved alone only to at least half solved from cheaper only"
    )
    assert sentence(found, "cheaper").startswith("It is not clear: from cheaper the solver is 2 times")


@pytest.mark.parametrize("ratio", [0.0, 0.418, 2.0, np.inf])
def test_no_ratio_is_told_by_a_word_for_infinity(ratio):
    told = factor(ratio, "nearest")
    assert "inf" not in told
    assert told != "0 times"


def test_what_a_task_can_do_for_faster_guesses_is_told_where_it_matters():
    times = {"alone": [0.4] * 10, "policy": [0.5] * 10}
    assert sentence(measured(anew=0.1, **times), "policy").endswith(
        " Of each guess 100 ms are for data made anew: a method cost_targets(theta), or "
        "retarget(problem, theta), saves them, see docs/own_task.md."
    )
    assert "retarget" not in sentence(measured(anew=0.01, **times), "policy")
