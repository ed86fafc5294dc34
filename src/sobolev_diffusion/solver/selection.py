"""Algorithm 1: which runs of the solver a policy learns from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sobolev_diffusion.config import InterplayConfig
from sobolev_diffusion.costs import within
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.instances import nearest_first
from sobolev_diffusion.weakened import weaken

IterationRuns = tuple[Demonstrations, Demonstrations | None]
"""Cold and warm runs of one iteration; none warm in the first."""

COLD, WARM, NONE = "cold", "warm", "none"


def select(
    cold: Demonstrations, warm: Demonstrations | None = None, rules: InterplayConfig | None = None
) -> Demonstrations:
    """What one iteration adds to the data D: at most one run of each of its instances.

    Args:
        cold: runs from the interpolated guess.
        warm: runs of the same instances from the policy's rollout, in the same order; none in iteration 1.
        rules: the paper's where none are given: of the converged runs the cheaper one (ArgminCost).

    Raises:
        ValueError: the two sets are not of the same instances, or none of the runs is usable.
    """
    return learnt([(cold, warm)], rules or InterplayConfig())


def _select(cold: Demonstrations, warm: Demonstrations | None, rules: InterplayConfig) -> Demonstrations:
    """`select`, where it may be none."""
    origin = origins(cold, warm, rules)
    if warm is None:
        return cold.take(origin == COLD)
    both = Demonstrations.concatenate([cold, warm])
    index = np.arange(len(cold)) + len(cold) * (origin == WARM)
    return both.take(index[origin != NONE])


def origins(cold: Demonstrations, warm: Demonstrations | None, rules: InterplayConfig) -> np.ndarray:
    """For each instance, which of its runs is learnt from: "cold", "warm", or "none" if it is rejected."""
    cost_cold = _usable_cost(cold, rules)
    if warm is None:
        return np.where(np.isfinite(cost_cold), COLD, NONE)
    if not np.array_equal(cold.instance, warm.instance):
        raise ValueError("cold and warm runs are of different instances")
    cost_warm = _usable_cost(warm, rules)
    if not rules.argmin_cost:
        return np.where(np.isfinite(cost_warm), WARM, NONE)
    chosen = np.where(cost_warm < cost_cold, WARM, COLD)
    return np.where(np.isfinite(np.minimum(cost_cold, cost_warm)), chosen, NONE)


def _usable_cost(runs: Demonstrations, rules: InterplayConfig) -> np.ndarray:
    """Costs; infinite for runs that nothing can be learnt from."""
    usable = runs.converged if rules.reject else np.isfinite(runs.cost)
    return np.where(usable, runs.cost, np.inf)


def learnt(iterations: Sequence[IterationRuns], rules: InterplayConfig) -> Demonstrations:
    """The data D: what all these iterations add to it, less the worse local minima where rules say so.

    Args:
        iterations: cold and warm runs of each iteration.
        rules: how to choose.

    Raises:
        ValueError: none of the runs is usable.
    """
    usable = Demonstrations.concatenate([_select(*runs, rules) for runs in iterations])
    chosen = usable.take(~worse_minima(usable, rules))
    total = sum(len(cold) for cold, _ in iterations)
    ended = _how_the_others_ended(iterations, len(usable) - len(chosen))
    if not len(chosen):
        raise ValueError(f"no demonstration to learn from: none of {total} instances was solved: {ended}")
    weaken("instances are not learnt from", total - len(chosen), total, ended)
    return chosen


def _how_the_others_ended(iterations: Sequence[IterationRuns], in_worse_minima: int) -> str:
    """Of the runs that are not learnt from, in words."""
    said = [f"{in_worse_minima} x in a worse local minimum"] if in_worse_minima else []
    for name, runs in (
        ("solved alone", [cold for cold, _ in iterations]),
        ("from rollouts", [warm for _, warm in iterations if warm is not None]),
    ):
        if runs and (how := Demonstrations.concatenate(runs).how_they_ended()):
            said.append(f"{name} {how}")
    return "; ".join(said)


def worse_minima(runs: Demonstrations, rules: InterplayConfig) -> np.ndarray:
    """Which runs are dearer than the cheapest of the nearest instances by more than the margin, (n,)."""
    if rules.reject_local_minima is None or not len(runs):
        return np.zeros(len(runs), dtype=bool)
    compared = rules.reject_local_minima.neighbours + 1  # the nearest is the run itself
    near = nearest_first(runs.theta, runs.theta)[:, :compared]
    return runs.cost > within(runs.cost[near].min(axis=1), rules.reject_local_minima.margin)


def collecting(iterations: Sequence[IterationRuns], rules: InterplayConfig) -> pd.DataFrame:
    """How the collecting of all iterations went, each judged by what had been collected till then.

    Returns:
        The columns of `collected`, and iteration, from 1.
    """
    tables, gathered = [], []
    for iteration, runs in enumerate(iterations, start=1):
        gathered.append(_select(*runs, rules))
        before = sum(len(each) for each in gathered[:-1])
        worse = worse_minima(Demonstrations.concatenate(gathered), rules)[before:]
        table = collected(*runs, rules).assign(iteration=iteration)
        table.loc[table.instance.isin(gathered[-1].instance[worse]), "learnt_from"] = NONE
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def collected(cold: Demonstrations, warm: Demonstrations | None, rules: InterplayConfig) -> pd.DataFrame:
    """How one iteration's collecting went: a row for each instance.

    Returns:
        Columns: instance, learnt_from (cold, warm or none), and cost, iterations and converged of both runs,
        those of the warm one empty in iteration 1.
    """
    table = pd.DataFrame({"instance": cold.instance, "learnt_from": origins(cold, warm, rules)})
    for name, runs in ((COLD, cold), (WARM, warm)):
        missing = np.full(len(cold), np.nan)
        table[f"{name}_cost"] = missing if runs is None else runs.cost
        table[f"{name}_iterations"] = missing if runs is None else runs.iterations.astype(float)
        table[f"{name}_converged"] = missing if runs is None else runs.converged.astype(float)
    return table
