"""Table 2(c): one method by T_a, our numbers above the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from sobolev_diffusion.config import Computation
from sobolev_diffusion.config.methods import TO_ALONE
from sobolev_diffusion.config.section import known
from sobolev_diffusion.figures import captions, needs
from sobolev_diffusion.figures.drawing import TableDrawing
from sobolev_diffusion.figures.results import Artefacts, Results

if TYPE_CHECKING:
    import pandas as pd

    from sobolev_diffusion.figures.style import Style

ROWS = {
    "policy_cost": "policy mean cost",
    "cost": "refined mean cost",
    "iterations": "solver iterations",
    "median_iterations": "solver iterations, median",
    "converged": "converged",
    "rollout_seconds": "rollout time (s)",
    "solve_seconds": "solving time (s)",
    "total_seconds": "total time (s)",
}
MEASURED = ("rollout_seconds", "solve_seconds", "total_seconds")


class ActionLengthTable(TableDrawing):
    kind: Literal["action_lengths"]
    """Cost, solver iterations, convergence and seconds of one method by T_a, beside the paper's numbers."""
    experiment: str
    """One of `experiments`; its last iteration, longest training."""
    timing: str
    """One of `timings`, of the same experiment."""
    method: str
    """One of the experiment's methods."""
    paper: dict[str, dict[str, float]] = {}
    """The paper's numbers: row -> T_a, or to_alone -> value."""

    def check(self, config: Computation, where: str) -> None:
        needs.timing(config, where, self.timing)
        experiment = needs.experiment(config, where, self.experiment)
        if config.timings[self.timing].experiment != self.experiment:
            raise ValueError(f"{where}.timing: {self.timing} times another experiment")
        known(f"{where}.method", self.method, experiment.methods)

    def caption_values(self, config: Computation) -> Mapping[str, str]:
        return captions.of_timings(config, [self.timing])

    def artefacts(self, results: Results) -> Artefacts:
        n_traj = results.config.timings[self.timing].n_traj
        return (
            *results.alone(self.experiment),
            *results.longest_evaluations(self.experiment, self.method, n_traj),
            results.timing(self.timing),
        )

    def draw(self, rows: pd.DataFrame, style: Style) -> pd.DataFrame:
        """Two rows per quantity, ours and the paper's; a column per T_a, then TO alone.

        Args:
            rows: evaluations (means over seeds are shown) and wall-clock times (those have `total_seconds`).
            style: labels.
        """
        import pandas as pd

        rows = rows[rows.method.isin([self.method, TO_ALONE])]
        evaluations, times = rows[rows.total_seconds.isna()], rows[rows.total_seconds.notna()]
        lengths = sorted(evaluations.action_length.dropna().astype(int).unique())
        columns: list[int | str] = [*lengths, TO_ALONE]
        table = []
        for name, title in ROWS.items():
            ours = {
                column: _value(_of(times if name in MEASURED else evaluations, column), name)
                for column in columns
            }
            table.append({"": title, "source": f"ours, {style.label(self.method)}", **_cells(ours, name)})
            if name in self.paper:
                paper = {column: self.paper[name].get(str(column)) for column in columns}
                table.append({"": title, "source": "paper", **_cells(paper, name)})
        titles = {length: f"T_a = {length}" for length in lengths}
        return pd.DataFrame(table).rename(columns={**titles, TO_ALONE: style.label(TO_ALONE)})


def _of(rows: pd.DataFrame, column: int | str) -> pd.DataFrame:
    if column == TO_ALONE:
        return rows[rows.method == TO_ALONE]
    return rows[(rows.method != TO_ALONE) & (rows.action_length == column)]


def _value(rows: pd.DataFrame, name: str) -> float | None:
    if name == "median_iterations":
        return float(rows.iterations.median())
    if rows[name].isna().all():
        return None
    if name in MEASURED:
        return float(rows[name].mean())
    from sobolev_diffusion.figures.over_seeds import over_seeds

    return float(over_seeds(rows, ["method"], name)["mean"].iloc[0])


def _cells(values: dict[int | str, float | None], name: str) -> dict[int | str, str]:
    def text(value: float | None) -> str:
        if value is None:
            return "-"
        if name == "converged":
            return f"{100 * value:.0f}%"
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"

    return {column: text(value) for column, value in values.items()}
