"""Clones of this repository in temporary folders, and Snakemake run in them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKFLOW = ("Snakefile", "workflow", "config", "profiles")


def copy_workflow(folder: Path, extra: Sequence[str] = ()) -> Path:
    """The workflow without anything computed."""
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


def command(*arguments: str | Path) -> list[str]:
    """Snakemake with arguments."""
    return [sys.executable, "-m", "snakemake", *map(str, arguments)]


def snakemake(folder: Path, *arguments: str | Path) -> tuple[int, str]:
    """Run Snakemake; its exit status and everything it printed."""
    run = subprocess.run(command(*arguments), cwd=folder, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def planned(output: str) -> dict[str, int]:
    """Rule -> number of jobs, from the statistics that a dry run prints; without the target itself."""
    jobs = {rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", output, re.M)}
    return {rule: count for rule, count in jobs.items() if rule not in ("all", "total")}
