"""When, with which code and on what a result was computed."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import sobolev_diffusion
from sobolev_diffusion.instruction_sets import default_instruction_set

STAMPED_PACKAGES = ("sobolev-diffusion", "torch", "numpy", "pin", "libaligator")
PACKAGE = Path(sobolev_diffusion.__file__).resolve().parent
NO_KERNELS = "none"


def circumstances() -> dict[str, Any]:
    """When, from which commit, with which versions, on which machine and with which kernels this process
    computes.

    Where the workflow is of another checkout than the code that runs, its commit has an entry of its own.
    """
    workflow = other_checkout()
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": code(),
        **({"workflow": _commit(workflow)} if workflow else {}),
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": machine(),
        "kernels": kernels(),
    }


def code() -> str:
    """The commit of the code that runs; "unknown" where that is installed without its repository."""
    tracked = git(PACKAGE, "ls-files", "--error-unmatch", "__init__.py")
    return _commit(PACKAGE) if tracked else "unknown"


def kernels() -> str:
    """The instruction set of the compiled kernels that compute here: others round differently."""
    return default_instruction_set() or NO_KERNELS


def other_checkout() -> Path | None:
    """The checkout of this project that this process runs in, if the code that runs is not its own."""
    root = git(Path(), "rev-parse", "--show-toplevel")
    own = Path(root) / "src" / PACKAGE.name if root else PACKAGE
    return Path(root) if root and own.is_dir() and own.resolve() != PACKAGE else None


def machine() -> dict[str, Any]:
    """Name of the processor, its architecture and the number of cores."""
    return {"processor": _processor(), "architecture": platform.machine(), "cores": os.cpu_count()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _versions() -> dict[str, str]:
    versions = {}
    for package in STAMPED_PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _commit(folder: Path) -> str:
    return git(folder, "describe", "--always", "--dirty", "--abbrev=12") or "unknown"


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder; nothing where it fails. Not of the repository that a hook runs in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        run = subprocess.run(
            ["git", "-C", folder, *arguments], env=environment, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return run.stdout.strip()
