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
from matplotlib.figure import Figure

from sobolev_diffusion.figures import scene
from sobolev_diffusion.own_problem import report_figures as figures
from sobolev_diffusion.own_problem.fitted import Fitted
from sobolev_diffusion.own_problem.measure import NEAR, Measured
from sobolev_diffusion.own_problem.scan import AS_GOOD
from sobolev_diffusion.own_problem.verdict import compare, factor, interval, judged, sentence
from sobolev_diffusion.own_problem.ways import TOLD, WAYS, Way
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task

_VERDICTS = {"Yes": "#2a9d5c", "No,": "#c0392b", "It ": "#d98c00"}


def page(task: Task, fitted: Fitted, seed: int, measured: Measured) -> str:
    """The HTML; it needs nothing but a browser."""
    verdict = sentence(measured, fitted.way)
    template = Template((resources.files(__package__) / "report.html").read_text())
    way = judged(measured, fitted.way)
    drawn = [
        _figure(
            figures.profiles(measured),
            f"Share of instances with a feasible trajectory within {NEAR:.0%} of the best known cost.",
        ),
        _figure(
            figures.spread(measured),
            "Iterations of the solver, and cost over the best known one, a dot an instance.",
        ),
        _figure(
            figures.map_of_theta(task, measured, way),
            f"Where starting from {way} helps and where it fails: instances by the two entries of theta that "
            "tell most, coloured by how many times as fast as alone they are; crosses: not solved.",
        ),
        _figure(figures.trajectories(task, measured, way), f"Solutions from {way}; dashed: alone."),
        _figure(
            figures.learning_curve(fitted),
            "Iterations on instances held out, by how many were solved to learn from.",
        ),
    ]
    return template.substitute(
        title=html.escape(f"Warm start for {task.name}"),
        verdict=html.escape(verdict),
        colour=_VERDICTS[verdict[:3]],
        about=html.escape(
            f"{len(measured.thetas)} random instances that the fit has not seen, one at a time. "
            f"It {TOLD[fitted.way]}. Learnt from {len(fitted.demonstrations)} solved instances, seed {seed}. "
            "Solved: converged, to at most "
            f"{AS_GOOD:.0%} above the best cost that any way found. Times are those of the "
            "machine that wrote this, the guess included, building the problem not."
        ),
        ways=_table(_ways(measured), {WAYS.index(fitted.way)}),
        sources=_table(_sources(measured), set()),
        figures="\n".join(drawn),
        animation=_animation(task, measured, way),
        tried=_table(
            [{name: row[name] for name in ("step", "choice", "result")} for row in fitted.tried],
            {i for i, row in enumerate(fitted.tried) if row["taken"]},
        ),
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


def _animation(task: Task, measured: Measured, way: Way) -> str:
    """The solutions moving, where the task says how it looks."""
    found = [each for each in measured.solutions[way] if each is not None]
    if not found or not (
        np.size(task.links(found[0].xs[0])) or task.tracked_point(found[0].xs[0]) is not None
    ):
        return ""
    numbers = [i for i, each in enumerate(measured.solutions[way]) if each is not None]
    runs = Demonstrations.stack(numbers, measured.thetas[numbers], found, task.space.ndx)
    inner = html.escape(scene.page(task, runs, f"{task.name}: solutions", figures.SHOWN), quote=True)
    return f'<h2>Solutions from {way}</h2>\n<iframe title="animation" srcdoc="{inner}"></iframe>'


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
