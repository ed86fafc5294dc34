"""Rollout, solving and total seconds by method and T_a, on one machine that did nothing else."""

from __future__ import annotations

import pandas as pd

from sobolev_diffusion.config import TimingTable
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.figures.style import Style

SECONDS = ("rollout_seconds", "solve_seconds", "total_seconds")


def make(timings: pd.DataFrame, _: TimingTable, style: Style) -> pd.DataFrame:
    """A row per method and T_a, means over instances; speed-up: TO alone's mean total over this row's."""
    grouped = timings.groupby(["method", "action_length"], dropna=False)
    means = grouped[[*SECONDS, "iterations", "converged"]].mean().reset_index()
    alone = means[means.method == TO_ALONE].total_seconds.iloc[0]
    known = [TO_ALONE, *style.methods]
    means = means.sort_values(
        by=["method", "action_length"], key=lambda c: c.map(known.index) if c.name == "method" else c
    )
    return pd.DataFrame(
        {
            "method": [style.label(name) for name in means.method],
            "T_a": ["" if pd.isna(length) else f"{length}" for length in means.action_length],
            **{
                name.replace("_", " ").replace("seconds", "(s)"): [f"{value:.3g}" for value in means[name]]
                for name in SECONDS
            },
            "speed-up": [f"{alone / total:.2f}" for total in means.total_seconds],
            "iterations": [f"{value:.1f}" for value in means.iterations],
            "converged": [f"{100 * value:.0f}%" for value in means.converged],
            "machine": timings.processor.iloc[0],
        }
    )
