"""Rollout, solving and total seconds by method and T_a, on one machine that did nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.results import Artefacts, Results
from sobolev_diffusion.figures.speed_up import speed_up

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style

SECONDS = {
    "rollout_seconds": "rollout (s)",
    "solve_seconds": "solve (s)",
    "total_seconds": "total (s)",
}


class TimingTable(TableDrawing):
    kind: Literal["timing"]
    """Rollout, solving and total seconds by method and T_a."""
    timing: str
    """One of `timings`."""

    def check(self, config: Computation, where: str) -> None:
        needs.timing(config, where, self.timing)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_timings(config, [self.timing])

    def artefacts(self, results: Results) -> Artefacts:
        return (results.timing(self.timing),)

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """A row per method and T_a, means over instances.

        Speed-up: TO alone's mean total over this row's; its median: over each instance's, with an interval.
        """
        import pandas as pd

        grouped = rows.groupby(["method", "action_length"], dropna=False)
        means = grouped[[*SECONDS, "iterations", "converged"]].mean()
        totals = rows.set_index("instance").groupby(["method", "action_length"], dropna=False).total_seconds
        alone = rows[rows.method == TO_ALONE].set_index("instance").total_seconds
        means = means.assign(speed_up=totals.apply(lambda mine: speed_up(alone, mine))).reset_index()
        ranks = style.ranks(means.method)
        means = means.sort_values(
            by=["method", "action_length"], key=lambda c: c.map(ranks) if c.name == "method" else c
        )
        return pd.DataFrame(
            {
                "method": [style.label(name) for name in means.method],
                "T_a": ["" if pd.isna(length) else f"{length}" for length in means.action_length],
                **{title: [f"{value:.3g}" for value in means[name]] for name, title in SECONDS.items()},
                "speed-up": [f"{alone.mean() / total:.2f}" for total in means.total_seconds],
                "median speed-up": means.speed_up,
                "iterations": [f"{value:.1f}" for value in means.iterations],
                "converged": [f"{100 * value:.0f}%" for value in means.converged],
                "machine": rows.processor.iloc[0],
            }
        )
