"""Figures of a report."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import sobolev_diffusion.figures.theme  # noqa: F401 how figures of this project look
from sobolev_diffusion.own_problem.fitted import Fitted
from sobolev_diffusion.own_problem.measure import Measured
from sobolev_diffusion.own_problem.verdict import ratios
from sobolev_diffusion.own_problem.ways import WAYS, Way
from sobolev_diffusion.tasks.base import Array, Task
from sobolev_diffusion.tasks.overriding import inherits

COLOURS = dict(zip(WAYS, ("#555555", "#d98c00", "#1f6fb4", "#2a9d5c"), strict=True))
SHOWN = 4
"""Instances whose solutions are drawn."""


def profiles(measured: Measured) -> Figure:
    """Share of instances with a good trajectory, by time."""
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


def spread(measured: Measured) -> Figure:
    """Iterations and costs, a dot an instance."""
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


def map_of_theta(task: Task, measured: Measured, way: Way) -> Figure:
    """How many times as fast as alone every instance is, in the two entries of theta that tell most."""
    faster, solved = ratios(measured, way), measured.of(way).solved.to_numpy()
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
    axes.set(xlabel=_entry(task, first), ylabel=_entry(task, second))
    return figure


def trajectories(task: Task, measured: Measured, way: Way) -> Figure:
    """Solutions of the first instances from a way, and alone."""
    names = [*task.state_axes, *task.control_axes]
    columns = min(4, len(names))
    lines = -(-len(names) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(2.4 * columns, 1.9 * lines), squeeze=False)
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


def learning_curve(fitted: Fitted) -> Figure:
    """Iterations on instances held out, by how many were solved to learn from."""
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


def _entry(task: Task, number: int) -> str:
    """An entry of theta, by what is known of it: one of an initial state that begins theta has a name."""
    label, space = f"theta[{number}]", task.space
    if number >= space.nx or space.nx != space.ndx or not inherits(task, Task, "initial_state"):
        return label
    axis = task.state_axes[number]
    return f"{label}: initial {axis.name} ({axis.unit})" if axis.unit else f"{label}: initial {axis.name}"


def _telling(thetas: Array, values: Array) -> tuple[int, int]:
    """The two entries of theta whose ranks go most with those of values; one twice if no other varies."""
    varying = [i for i in range(thetas.shape[1]) if np.ptp(thetas[:, i]) > 1e-12] or [0]
    ranks = pd.DataFrame(thetas[:, varying]).rank()
    strength = ranks.corrwith(pd.Series(values).rank()).abs().fillna(0).to_numpy()
    order = [varying[i] for i in np.argsort(-strength, kind="stable")]
    return order[0], order[min(1, len(order) - 1)]
