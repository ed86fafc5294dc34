"""Clones of this repository in temporary folders, and Snakemake run in them."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW = ("Snakefile", "workflow", "config", "profiles")
REPEATABLE = (".npz", ".safetensors", ".parquet", ".csv", ".md", ".tex", ".pdf", ".png")
MEASURED = (
    "timings",
    "profiles",
    "tables/timing",
    "tables/warm_starts",
    "tables/quality",
    "figures/solved_in_time",
)
"""Hold seconds."""


def copy_workflow(folder: Path, extra: Sequence[str] = ()) -> Path:
    """The workflow without anything computed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*WORKFLOW, *extra):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def clone(folder: Path) -> Path:
    """The workflow with the results that are kept in git."""
    copy_workflow(folder)
    tracked = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "results"], capture_output=True, text=True, check=True
    ).stdout.split()
    for name in tracked:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def command(*arguments: str | int | Path) -> list[str]:
    """Snakemake with arguments."""
    return [sys.executable, "-m", "snakemake", *map(str, arguments)]


def snakemake(folder: Path, *arguments: str | Path) -> tuple[int, str]:
    """Run Snakemake; its exit status and everything it printed."""
    run = subprocess.run(command(*arguments), cwd=folder, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def workflow(folder: Path, *arguments: str | Path) -> tuple[int, str]:
    """Run the workflow by the command line of the package; its exit status and everything it printed."""
    words = [sys.executable, "-m", "sobolev_diffusion.cli", "run", *map(str, arguments)]
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def planned(output: str) -> dict[str, int]:
    """Rule -> number of jobs, from the statistics that a dry run prints; without the target itself."""
    jobs = {rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", output, re.M)}
    return {rule: count for rule, count in jobs.items() if rule not in ("all", "total")}


TINY = {
    "results": "results/tiny",
    "seeds": 1,
    "evaluation": {"instances": 2},
    "block_size": 2,
    "draw": ["fig1_pendulum", "timing_pendulum"],
    "experiments": {
        "pendulum": {
            "methods": ["sob_mlp"],
            "n_traj": [2],
            "epochs": {"diffusion": [2], "direct": [1]},
            "action_lengths": [8],
        }
    },
    "timings": {"pendulum": {"n_traj": 2, "instances": 1}},
    "figures": {"fig1_pendulum": {"action_lengths": [8]}},
}
"""Every stage but timings, as small as can be."""

DRAWN = ("results/tiny/figures/fig1_pendulum.png", "results/tiny/tables/fig1_pendulum.md")
"""What to ask for with TINY: timings are never the same twice."""


def tiny(folder: Path) -> list[str]:
    """Write TINY as a configuration file; the arguments that compute DRAWN with it, from nothing."""
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    return ["--cores", "2", "--configfile", "tiny.yaml", "--config", "cache=off", "--", *DRAWN]


def digests(results: Path) -> dict[str, str]:
    """Path below the folder -> sha256, of artefacts and drawn files; not of what holds times."""
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.suffix in REPEATABLE and not str(path.relative_to(results)).startswith(MEASURED)
    }
