"""One self-contained page: whether the warm start is worth it, where it fails, and what was tried."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from importlib import resources
from string import Template

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import sobolev_diffusion.figures.theme  # noqa: F401 how figures of this project look
from sobolev_diffusion.figures import scene
from sobolev_diffusion.figures.speed_up import times_as_fast
from sobolev_diffusion.own_problem.fitted import Fitted
from sobolev_diffusion.own_problem.guesser import TOLD, WAYS
from sobolev_diffusion.own_problem.measure import Measured
from sobolev_diffusion.own_problem.verdict import compare, factor, interval, sentence
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Array, Task

COLOURS = dict(zip(WAYS, ("#555555", "#d98c00", "#1f6fb4", "#2a9d5c"), strict=True))
_VERDICTS = {"Yes": "#2a9d5c", "No,": "#c0392b", "It ": "#d98c00"}
SHOWN = 4
"""Instances whose trajectories are drawn."""


def page(task: Task, fitted: Fitted, seed: int, measured: Measured) -> str:
    """The HTML; it needs nothing but a browser."""
    verdict = sentence(measured, fitted.way)
    template = Template((resources.files(__package__) / "report.html").read_text())
    figures = [
        _figure(
            _profiles(measured),
            "Share of instances with a feasible trajectory within 1% of the best known cost.",
        ),
        _figure(
            _spread(measured),
            "Iterations of the solver, and cost over the best known one, a dot an instance.",
        ),
        _figure(_map(measured, fitted), MAP),
        _figure(_trajectories(task, measured, fitted), "Solutions from the warm start; dashed: alone."),
        _figure(_curve(fitted), "Iterations on instances held out, by how many were solved to learn from."),
    ]
    return template.substitute(
        title=html.escape(f"Warm start for {task.name}"),
        verdict=html.escape(verdict),
        colour=_VERDICTS[verdict[:3]],
        about=html.escape(
            f"{len(measured.thetas)} random instances that the fit has not seen, one at a time. "
            f"It {TOLD[fitted.way]}. Learnt from {len(fitted.demonstrations)} solved instances, seed {seed}. "
            "Solved: converged, to at most 5% above the best cost that any way found. Times are those of the "
            "machine that wrote this, the guess included, building the problem not."
        ),
        ways=_table(_ways(measured), {WAYS.index(fitted.way)}),
        sources=_table(_sources(measured), set()),
        figures="\n".join(figures),
        animation=_animation(task, measured, fitted.way),
        tried=_table(
            [{name: row[name] for name in ("step", "choice", "result")} for row in fitted.tried],
            {i for i, row in enumerate(fitted.tried) if row["taken"]},
        ),
    )


MAP = (
    "Where it helps and where it fails: instances by the two entries of theta that tell most, coloured by "
    "how many times faster than alone; crosses: not solved."
)


def _ways(measured: Measured) -> list[dict[str, str]]:
    rows = []
    for way in WAYS:
        of, verdict = measured.of(way), compare(measured, way)
        quartiles = of.iterations.quantile([0.25, 0.75])
        rows.append(
            {
                "start": way,
                "solved": f"{of.solved.mean():.0%}",
                "converged": f"{of.converged.mean():.0%}",
                "iterations, median (quartiles)": f"{of.iterations.median():.4g} ({quartiles.iloc[0]:.4g} to "
                f"{quartiles.iloc[1]:.4g})",
                "guess, ms": f"{1000 * of.guess_seconds.median():.3g}",
                "in all, ms": _milliseconds(of.seconds.median()),
                "as fast as alone (90% interval)": "1"
                if way == "alone"
                else f"{factor(verdict.median, way)} ({interval(verdict, way)})",
            }
        )
    return rows


def _milliseconds(seconds: float) -> str:
    """Of a median; "never" where the solver of at least half of the instances died."""
    return f"{1000 * seconds:.3g}" if np.isfinite(seconds) else "never"


def _sources(measured: Measured) -> list[dict[str, str]]:
    """How often each source was taken."""
    return [
        {
            "start": way,
            **{
                f"from {source}": f"{(measured.of(way).source == source).mean():.0%}"
                for source in ("policy", "nearest", "interpolated")
            },
        }
        for way in WAYS[1:]
    ]


def _profiles(measured: Measured) -> Figure:
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    for way in WAYS:
        seconds = np.sort(measured.of(way).good_seconds.to_numpy())
        seconds = seconds[np.isfinite(seconds)]
        if not len(seconds):
            continue
        share = np.arange(1, len(seconds) + 1) / len(measured.thetas)
        axes.step(1000 * seconds, share, where="post", label=way, color=COLOURS[way])
    axes.set(xscale="log", ylim=(0, 1.02), xlabel="time, guess included (ms)", ylabel="share of instances")
    axes.legend()
    return figure


def _spread(measured: Measured) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2))
    jitter = np.random.default_rng(0).uniform(-0.2, 0.2, len(measured.thetas))
    for place, way in enumerate(WAYS):
        of = measured.of(way)
        left.plot(place + jitter, of.iterations, ".", color=COLOURS[way], alpha=0.7)
        left.plot([place - 0.3, place + 0.3], [of.iterations.median()] * 2, color=COLOURS[way])
        with np.errstate(invalid="ignore"):
            excess = (of.cost.to_numpy(dtype=float) - measured.best) / np.abs(measured.best)
        right.plot(place + jitter, 100 * np.clip(excess, 1e-5, 1e3), ".", color=COLOURS[way], alpha=0.7)
    left.set(yscale="log", ylabel="iterations")
    right.set(yscale="log", ylabel="cost above the best known (%)")
    for axes in (left, right):
        axes.set_xticks(range(len(WAYS)), WAYS)
    figure.tight_layout()
    return figure


def _map(measured: Measured, fitted: Fitted) -> Figure:
    way = fitted.way if fitted.way != "alone" else "cheaper"
    rows, alone = measured.of(way), measured.of("alone")
    faster = times_as_fast(alone.seconds.to_numpy(), np.where(rows.solved, rows.seconds, np.inf))
    solved = rows.solved.to_numpy()
    first, second = _telling(measured.thetas, faster)
    figure, axes = plt.subplots(figsize=(5, 3.8))
    x, y = measured.thetas[:, first], measured.thetas[:, second]
    colour = np.log2(np.clip(faster[solved], 1 / 16, 16))
    drawn = axes.scatter(
        x[solved], y[solved], c=colour, cmap="RdYlGn", vmin=-3, vmax=3, edgecolors="#555", s=40
    )
    axes.scatter(x[~solved], y[~solved], marker="x", c="#c0392b", s=50)
    bar = figure.colorbar(drawn, label="times faster than alone")
    bar.set_ticks([-3, -2, -1, 0, 1, 2, 3], labels=["1/8", "1/4", "1/2", "1", "2", "4", "8"])
    axes.set(xlabel=f"theta[{first}]", ylabel=f"theta[{second}]")
    return figure


def _telling(thetas: Array, values: Array) -> tuple[int, int]:
    """The two entries of theta whose ranks go most with those of values; one twice if no other varies."""
    varying = [i for i in range(thetas.shape[1]) if np.ptp(thetas[:, i]) > 1e-12] or [0]
    ranks = pd.DataFrame(thetas[:, varying]).rank()
    strength = ranks.corrwith(pd.Series(values).rank()).abs().fillna(0).to_numpy()
    order = [varying[i] for i in np.argsort(-strength, kind="stable")]
    return order[0], order[min(1, len(order) - 1)]


def _trajectories(task: Task, measured: Measured, fitted: Fitted) -> Figure:
    names = [*task.state_axes, *task.control_axes]
    columns = min(4, len(names))
    lines = -(-len(names) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(2.4 * columns, 1.9 * lines), squeeze=False)
    way = fitted.way if fitted.way != "alone" else "cheaper"
    for number in range(min(SHOWN, len(measured.thetas))):
        for which, line in (("alone", "--"), (way, "-")):
            solution = measured.solutions[which][number]
            if solution is None:
                continue
            states = np.stack([task.coordinates(x) for x in solution.xs])
            curves = [*states.T, *solution.us.T]
            for axes, curve in zip(grid.flat, curves, strict=False):
                time = task.dt * np.arange(len(curve))
                axes.plot(time, curve, line, color=f"C{number}", linewidth=1)
    for axes, name in zip(grid.flat, names, strict=False):
        axes.set_title(f"{name.name} ({name.unit})" if name.unit else name.name, fontsize=8)
    for axes in list(grid.flat)[len(names) :]:
        axes.set_axis_off()
    figure.supxlabel("time (s)", fontsize=9)
    figure.tight_layout()
    return figure


def _curve(fitted: Fitted) -> Figure:
    figure, axes = plt.subplots(figsize=(5, 3))
    for way in ("nearest", "policy"):
        axes.plot(
            [row["solves"] for row in fitted.curve],
            [row[way] for row in fitted.curve],
            "o-",
            label=way,
            color=COLOURS[way],
        )
    axes.set(xlabel="solved instances", ylabel="iterations, mean", ylim=(0, None))
    axes.legend()
    return figure


def _animation(task: Task, measured: Measured, way: str) -> str:
    """The solutions moving, where the task says how it looks."""
    found = [each for each in measured.solutions[way] if each is not None]
    if not found or not (
        np.size(task.links(found[0].xs[0])) or task.tracked_point(found[0].xs[0]) is not None
    ):
        return ""
    numbers = [i for i, each in enumerate(measured.solutions[way]) if each is not None]
    runs = Demonstrations.stack(numbers, measured.thetas[numbers], found, task.space.ndx)
    inner = scene.page(task, runs, f"{task.name}: solutions", SHOWN)
    return (
        f'<h2>Solutions</h2>\n<iframe title="animation" srcdoc="{html.escape(inner, quote=True)}"></iframe>'
    )


def _figure(figure: Figure, caption: str) -> str:
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=110, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    data = base64.b64encode(image.getvalue()).decode()
    return (
        f'<figure><img alt="{html.escape(caption, quote=True)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _table(rows: Sequence[dict[str, str]], marked: Iterable[int]) -> str:
    if not rows:
        return ""
    marked = set(marked)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
    body = "\n".join(
        ('<tr class="taken">' if i in marked else "<tr>")
        + "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values())
        + "</tr>"
        for i, row in enumerate(rows)
    )
    return f"<table><tr>{head}</tr>\n{body}\n</table>"
