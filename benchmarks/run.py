"""Measure everything, or some groups again, and write one table: results/bench.md and results/bench.json.

The estimate of the whole experiment goes to results/estimate.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks import (
    bindings,
    collection,
    estimate,
    exported,
    gpu,
    inference,
    jobs,
    rollouts,
    trained,
    training,
)
from benchmarks.comparison import REPETITIONS, Comparison, Line, measure
from sobolev_diffusion.instruction_sets import instruction_sets

RESULTS = Path(__file__).parent / "results"
GROUPS: dict[str, tuple[str, Callable[[], Iterable[Comparison | Line]]]] = {
    "predictions": ("Predictions", inference.comparisons),
    "exported": ("Predictions of exported C++", exported.comparisons),
    "training": ("Gradient steps", training.comparisons),
    "jobs": ("Trainings side by side", jobs.comparisons),
    "gpu": ("Trainings together on a GPU", gpu.comparisons),
    "rollouts": ("Rollouts", rollouts.comparisons),
    "trained": ("Rollouts of trained policies: costs", trained.comparisons),
    "collection": ("Collection", collection.comparisons),
    "bindings": ("Solves through the bindings", bindings.comparisons),
}
"""Name on the command line -> title, comparisons."""
ESTIMATE = "estimate"
PACKAGES = ("torch", "numpy", "diffusers", "libaligator", "pin")


def main() -> None:
    """Run the groups that are named, or all, with one thread; the others keep their lines in the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = (*GROUPS, ESTIMATE)
    parser.add_argument("groups", nargs="*", metavar="NAME", help=f"measure these alone: {', '.join(names)}")
    chosen = parser.parse_args().groups or names
    for name in chosen:
        if name not in names:
            parser.error(f"no group {name}; known: {', '.join(names)}")
    torch.set_num_threads(1)
    RESULTS.mkdir(exist_ok=True)
    groups = _measured_before() if set(chosen) != set(names) else {}
    for name, (title, comparisons) in GROUPS.items():
        if name not in chosen:
            continue
        lines = []
        for each in comparisons():
            line = each if isinstance(each, Line) else measure(each)
            lines.append(line)
            print(_row(line), flush=True)
        if not lines:  # nothing that this machine can measure: what another one measured stays
            continue
        groups[title] = lines
        _write(groups)
    if ESTIMATE in chosen:
        costs = estimate.report()
        print(costs)
        (RESULTS / "estimate.md").write_text(costs)


def _measured_before() -> dict[str, list[Line]]:
    table = RESULTS / "bench.json"
    groups: dict[str, list[Line]] = {}
    for record in json.loads(table.read_text()) if table.is_file() else ():
        title = record.pop("group")
        groups.setdefault(title, []).append(Line(**record))
    return groups


def _write(groups: dict[str, list[Line]]) -> None:
    titles = [title for title, _ in GROUPS.values() if title in groups]
    (RESULTS / "bench.md").write_text(report({title: groups[title] for title in titles}))
    records = [{"group": title, **asdict(line)} for title in titles for line in groups[title]]
    (RESULTS / "bench.json").write_text(json.dumps(records, indent=1) + "\n")


def report(groups: dict[str, list[Line]]) -> str:
    """The table in Markdown, machine and versions at its top."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        "# Measured ratios",
        "",
        f"{_processor()}, {os.cpu_count()} cores; instruction sets {', '.join(instruction_sets())}. "
        f"Python {platform.python_version()}, {versions}. One thread, its processor time; "
        f"At least {REPETITIONS} alternating repetitions: median, lowest, highest.",
        "",
        "A speed-up is the baseline's time over the measured one (bar: at least); a share is the measured "
        "time over the baseline's (bar: at most).",
    ]
    for title, rows in groups.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| what | against | | ratio | low | high | bar | holds | ms | baseline ms |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *map(_row, rows),
        ]
    return "\n".join(lines) + "\n"


def _row(line: Line) -> str:
    bar = "" if line.bar is None else f"{line.bar:g}"
    holds = "" if line.holds is None else ("yes" if line.holds else "NO")
    milliseconds = (line.milliseconds, line.baseline_milliseconds)
    times = " | ".join("" if each is None else f"{each:.3g}" for each in milliseconds)
    ratio = f"{line.ratio:.4g} | {line.low:.4g} | {line.high:.4g}"
    return f"| {line.name} | {line.baseline} | {line.sense} | {ratio} | {bar} | {holds} | {times} |"


def _processor() -> str:
    try:
        names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
