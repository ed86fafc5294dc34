"""Fig. 1: mean cost of the policy against the number of trajectories it learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import PositiveFloat, PositiveInt
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import FigureDrawing
from sobolev_diffusion.figures.evaluations import CONDITION, at_action_length
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sobolev_diffusion.figures.style import Style


class SampleEfficiencyFigure(FigureDrawing):
    kind: Literal["sample_efficiency"]
    """Mean policy cost against n_traj."""
    experiment: str
    """One of `experiments`."""
    action_lengths: tuple[PositiveInt, ...]
    """T_a of the panels."""
    cost_limit: PositiveFloat
    """Mean costs above it are drawn as marks at the top."""

    def check(self, config: Computation, where: str) -> None:
        needs.experiment(config, where, self.experiment)
        for length in self.action_lengths:
            needs.evaluated(config, f"{where}.action_lengths", self.experiment, length)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_experiments(config, [self.experiment])

    def artefacts(self, results: Results) -> Artefacts:
        return results.evaluations(self.experiment)

    def draw(self, rows: pd.DataFrame, style: Style) -> tuple[Figure, pd.DataFrame]:
        """A panel for each T_a.

        Args:
            rows: evaluations, a row per instance and T_a.
            style: labels, colours and titles.
        """
        import pandas as pd

        summary = summarise(rows)
        drawn = pd.concat(
            at_action_length(summary, length).assign(panel=length) for length in self.action_lengths
        )
        task = rows.task.iloc[0]
        return plot(summary, style, task, list(self.action_lengths), self.cost_limit), drawn


def summarise(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Mean policy cost for each method, n_traj, epochs and T_a; TO alone as a row without them.

    Args:
        evaluations: a row per instance, of an experiment's policies and of TO alone; of policies, the last
            iteration counts.

    Returns:
        Columns: method, n_traj, epochs, action_length, mean, low, high, seeds.
    """
    import pandas as pd

    from sobolev_diffusion.figures.over_seeds import over_seeds

    alone = evaluations[evaluations.method == TO_ALONE]
    policies = evaluations[evaluations.method != TO_ALONE]
    policies = policies[policies.iteration == policies.iteration.max()]
    return pd.concat(
        [
            over_seeds(alone, ["method"], "cost"),
            over_seeds(policies, CONDITION, "policy_cost"),
        ],
        ignore_index=True,
    )[[*CONDITION, "mean", "low", "high", "seeds"]]


def plot(summary: pd.DataFrame, style: Style, task: str, action_lengths: list[int], limit: float) -> Figure:
    """One panel for each T_a.

    Args:
        summary: from `summarise`.
        style: labels and colours.
        task: its id, for the title.
        action_lengths: T_a of the panels.
        limit: mean costs above it are drawn as marks at the top.
    """
    import matplotlib.pyplot as plt

    from sobolev_diffusion.figures.curves import legend

    columns = min(2, len(action_lengths))
    rows = -(-len(action_lengths) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.2 * columns + 1.4, 2.5 * rows), sharex=True, sharey=True,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    for axis in axes.flat[len(action_lengths) :]:
        axis.remove()
    for axis, action_length in zip(axes.flat, action_lengths, strict=False):
        _panel(axis, at_action_length(summary, action_length), style, limit)
        axis.set_title(f"$T_a$ = {action_length}")
    for axis in axes[:, 0]:
        axis.set_ylabel("mean cost")
    for axis in axes[-1]:
        axis.set_xlabel("trajectories $n_{traj}$")
    figure.suptitle(style.tasks.get(task, task))
    figure.legend(handles=legend(summary, style), loc="outside right center")
    return figure


def _panel(axis: Axes, rows: pd.DataFrame, style: Style, limit: float) -> None:
    from sobolev_diffusion.figures.curves import draw_curves

    floor = 0.8 * rows["mean"].min()
    alone = rows[rows.method == TO_ALONE].iloc[0]
    looks = style.methods[TO_ALONE]
    axis.axhline(alone["mean"], color=looks.colour, linewidth=1.5, zorder=1)
    axis.axhspan(max(alone.low, floor), alone.high, color=looks.colour, alpha=0.15, linewidth=0)
    for method, looks in style.methods.items():
        curves = rows[(rows.method == method) & rows.n_traj.notna()]
        draw_curves(axis, curves, "n_traj", looks, floor=floor, top=limit)
    axis.set_xscale("log")
    ticks = sorted(rows.n_traj.dropna().unique())
    axis.set_xticks(ticks, [f"{int(tick)}" for tick in ticks])
    axis.minorticks_off()
    axis.set_yscale("log")
    axis.set_ylim(floor, limit)
