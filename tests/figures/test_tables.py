"""Numbers in tables, from results whose numbers are known."""

from pathlib import Path

import pandas as pd
import pytest

from sobolev_diffusion.figures import (
    SampleEfficiencyTable,
    SummaryTable,
    TrajectoriesNeededTable,
    evaluation_cells,
)
from sobolev_diffusion.figures.style import Style

STYLE = Style.load(Path(__file__).parents[2] / "config/plotting.yaml")
SEEDS = (0, 1, 2)


def evaluations(costs, row="one", **columns):
    """Two instances for each method, n_traj and seed: n_traj -> mean policy cost by seed; None: TO alone."""
    rows = [
        {
            "row": row,
            "task": "pendulum",
            "method": method,
            "seed": seed,
            "n_traj": n_traj,
            "action_length": None if n_traj is None else 8,
            "cost" if n_traj is None else "policy_cost": mean + shift,
            **columns,
        }
        for method, by_number in costs.items()
        for n_traj, means in by_number.items()
        for seed, mean in zip(SEEDS, means, strict=True)
        for shift in (-1.0, 1.0)
    ]
    return pd.DataFrame(rows)


def needed(costs, methods=("diff", "sob_diff"), **options):
    spec = TrajectoriesNeededTable(
        kind="trajectories_needed",
        panels={"one": {"experiment": "any", "action_length": 8}},
        methods=methods,
        margin=0.1,
        caption="",
        **options,
    )
    (row,) = spec.draw(evaluations(costs), STYLE).to_dict("records")
    return row


def same(value):
    return [value] * len(SEEDS)


ALONE = {None: same(10.0)}


def test_ratio_of_the_numbers_from_which_on_the_cost_is_near():
    row = needed(
        {
            "to_alone": ALONE,
            "diff": {5: same(90.0), 10: same(10.5), 20: same(12.0), 50: same(10.9)},
            "sob_diff": {5: same(10.9), 10: same(10.1), 20: same(10.1), 50: same(10.0)},
        }
    )
    assert row["cost to reach"] == "11"
    assert row["Diff: trajectories"] == "50"  # at 10 it was there, and left again
    assert row["Sob+Diff: trajectories"] == "5"
    assert row["Diff / Sob+Diff"] == "10 [10, 10]"


def test_number_that_is_never_reached_bounds_the_ratio():
    costs = {
        "to_alone": ALONE,
        "diff": {5: same(90.0), 20: same(90.0)},
        "sob_diff": {5: same(10.0), 20: same(10.0)},
    }
    row = needed(costs)
    assert row["Diff: trajectories"] == "> 20"
    assert row["Diff / Sob+Diff"] == "> 4 [4, 4]"
    row = needed(costs, methods=("sob_diff", "diff"))
    assert row["Sob+Diff / Diff"] == "-"


def test_number_that_matches_the_best_of_the_other_method():
    costs = {
        "to_alone": ALONE,
        "diff": {5: same(90.0), 20: same(40.0), 50: same(50.0)},
        "sob_diff": {5: same(43.0), 20: same(20.0), 50: same(20.0)},
    }
    row = needed(costs, target="best_of_first")
    assert row["cost to reach"] == "44"
    assert row["Diff: trajectories"] == "20"  # though it loses it again
    assert row["Sob+Diff: trajectories"] == "5"
    assert row["Diff / Sob+Diff"] == "4 [4, 4]"


def test_interval_of_the_ratio_is_that_of_the_seeds():
    diff = {5: [10.0, 10.0, 16.0], 20: same(10.0)}  # one seed of three in a sample is too many
    row = needed({"to_alone": ALONE, "diff": diff, "sob_diff": {5: same(10.0), 20: same(10.0)}})
    assert row["Diff / Sob+Diff"] == "4 [1, 4]"


@pytest.fixture
def refined():
    columns = {"iterations": 4, "converged": True}
    policies = evaluations({"diff": {5: same(30.0)}}, **columns).assign(cost=11.0)
    alone = evaluations({"to_alone": ALONE}, iterations=40, converged=False)
    best = alone.assign(method="best_known", best_cost=10.0, cost=None)
    times = [
        {"row": "one", "task": "pendulum", "seed": 0, "method": "to_alone", "rollout_seconds": 0.0},
        {
            "row": "one",
            "task": "pendulum",
            "seed": 0,
            "method": "diff",
            "action_length": 8,
            "rollout_seconds": 0.1,
        },
        {
            "row": "one",
            "task": "pendulum",
            "seed": 0,
            "method": "diff",
            "action_length": 1,
            "rollout_seconds": 9.0,
        },
    ]
    times = pd.DataFrame(times).assign(solve_seconds=[2.0, 0.1, 0.1], instance=0)
    times["total_seconds"] = times.rollout_seconds + times.solve_seconds
    return [policies, alone, best, times]


def summary(frames):
    spec = SummaryTable(kind="summary", timings={"one": 8}, methods=("diff",), caption="")
    table = spec.draw(pd.concat(frames, ignore_index=True), STYLE)
    return table.to_dict("records")


def test_summary_counts_the_rollout_and_compares_with_the_best_known(refined):
    alone, diff = summary(refined)
    assert alone["times best known"] == "1.000"
    assert alone["converged"] == "0%"
    assert alone["speed-up"] == "1"
    assert diff["times best known"] == "1.100"
    assert (diff["rollout (s)"], diff["solving (s)"], diff["speed-up"]) == ("0.1", "0.1", "10")
    assert (diff["iterations"], diff["converged"], diff["T_a"]) == ("4", "100%", "8")
    assert "rollouts touching" not in diff


def test_summary_tells_how_many_rollouts_touch_a_column(refined):
    policies, *rest = refined
    touched = policies.assign(policy_clearance=[0.1, -0.004, 0.004, 0.1, 0.1, None], policy_distance=0.2)
    alone, diff = summary([touched, *rest])
    assert diff["rollouts touching"] == "33%"  # one inside a column, one that gave no result
    assert alone["rollouts touching"] == "-"


def test_cells_show_medians_beside_means_and_what_stands_in_the_way(refined):
    policies, alone, *_ = refined
    policies = policies.assign(
        policy_cost=[1.0, 2.0, 3.0, 4.0, 5.0, 300.0],
        policy_clearance=[0.1, -0.004, 0.004, 0.1, 0.1, None],
        policy_distance=[0.1] * 5 + [9.0],
        iterations=[1, 1, 1, 2, 2, 90],
    )
    table = evaluation_cells.cells(pd.concat([alone, policies], ignore_index=True), ["method"])
    diff, alone = table.to_dict("records")
    assert (diff["policy cost"].split()[0], diff["median"]) == ("52.5", "3.5")
    assert (diff["iterations"].split()[0], diff["median iterations"]) == ("16.2", "1.5")
    assert (diff["policy touches an obstacle"], diff["median distance at the end"]) == ("33%", "0.1")
    assert (
        alone["median"] == alone["policy touches an obstacle"] == alone["median distance at the end"] == "-"
    )


def test_methods_that_are_not_trained_have_no_epochs():
    rows = evaluations({"to_alone": ALONE, "nearest": {5: same(30.0)}}).assign(iteration=1)
    spec = SampleEfficiencyTable(kind="sample_efficiency", experiment="any", caption="")
    table = spec.draw(rows, STYLE)
    assert list(table.epochs) == ["", ""]
    assert list(table.trajectories) == ["", "5"]
