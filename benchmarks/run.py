"""Measure everything and write one table, results/bench.md and results/bench.json."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks import bindings, inference, jobs, training
from benchmarks.comparison import REPETITIONS, Comparison, Line, measure
from sobolev_diffusion.policies import native

RESULTS = Path(__file__).parent / "results"
GROUPS: dict[str, Callable[[], Iterable[Comparison]]] = {
    "Predictions": inference.comparisons,
    "Gradient steps": training.comparisons,
    "Jobs side by side": jobs.comparisons,
    "Solves through the bindings": bindings.comparisons,
}
PACKAGES = ("torch", "numpy", "diffusers", "libaligator", "pin")


def main() -> None:
    """Run all groups with one thread; print the table and write it."""
    torch.set_num_threads(1)
    groups = {}
    for title, comparisons in GROUPS.items():
        groups[title] = []
        for comparison in comparisons():
            line = measure(comparison)
            groups[title].append(line)
            print(_row(line), flush=True)
    text = report(groups)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "bench.md").write_text(text)
    records = [{"group": title, **asdict(line)} for title, lines in groups.items() for line in lines]
    (RESULTS / "bench.json").write_text(json.dumps(records, indent=1) + "\n")


def report(groups: dict[str, list[Line]]) -> str:
    """The table in Markdown, machine and versions at its top."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        "# Measured ratios",
        "",
        f"{_processor()}, {os.cpu_count()} cores; instruction sets {', '.join(native.instruction_sets())}. "
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
    times = f"{line.milliseconds:.3g} | {line.baseline_milliseconds:.3g}"
    ratio = f"{line.ratio:.3g} | {line.low:.3g} | {line.high:.3g}"
    return f"| {line.name} | {line.baseline} | {line.sense} | {ratio} | {bar} | {holds} | {times} |"


def _processor() -> str:
    try:
        names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
