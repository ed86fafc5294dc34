"""Algorithm 1: which runs of the solver a policy learns from."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.demonstrations import Demonstrations


def select(cold: Demonstrations, warm: Demonstrations | None = None) -> Demonstrations:
    """The data D of one iteration: the cheaper converged run of each instance, if it has one.

    Args:
        cold: runs from the interpolated guess.
        warm: runs of the same instances from the policy's rollout, in the same order; none in iteration 1.

    Raises:
        ValueError: the two sets are not of the same instances.
    """
    if warm is None:
        return cold.take(cold.converged)
    if not np.array_equal(cold.instance, warm.instance):
        raise ValueError("cold and warm runs are of different instances")
    cost_cold = np.where(cold.converged, cold.cost, np.inf)
    cost_warm = np.where(warm.converged, warm.cost, np.inf)
    use_warm = cost_warm < cost_cold
    both = Demonstrations.concatenate([cold, warm])
    index = np.arange(len(cold)) + len(cold) * use_warm
    return both.take(index[np.isfinite(np.minimum(cost_cold, cost_warm))])
