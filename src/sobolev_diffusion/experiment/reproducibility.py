"""Are results computed here those that were computed before? A small slice from nothing, and a kept policy.

On the same kind of machine (see `machine_kind`) every byte must be the same. Elsewhere sums round otherwise,
and what counts is numbers: each must be within the tolerance of its stage.
"""

from __future__ import annotations

import json
import platform
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import load_file

from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.cache import CACHE, Cache, place_of
from sobolev_diffusion.experiment.circumstances import circumstances
from sobolev_diffusion.experiment.draw import draw
from sobolev_diffusion.experiment.parquet import read_parquet
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.provenance import DrawnFiles, identity
from sobolev_diffusion.experiment.read_configuration import load
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.experiment.stamps import stamp_of
from sobolev_diffusion.files import digest, write_text_atomically
from sobolev_diffusion.instruction_sets import default_instruction_set
from sobolev_diffusion.policies import native_kernels as native
from sobolev_diffusion.solver.demonstrations import Demonstrations

TOLERANCE = {"demonstrations": 1e-5, "policies": 1e-2, "evaluations": 0.1}
"""Largest relative difference of a number, by stage, on another kind of machine."""

FIGURE = "fig1_pendulum"
STYLE = Path("config/plotting.yaml")
SLICE = Path("config/reproducibility.yaml")


@dataclass(frozen=True)
class Difference:
    """One file that is not as it was, and how far its numbers are off."""

    file: str
    stage: str
    relative: float

    @property
    def tolerable(self) -> bool:
        return self.relative <= TOLERANCE.get(self.stage, np.inf)

    def __str__(self) -> str:
        limit = (
            f", tolerance {TOLERANCE[self.stage]:g}" if self.stage in TOLERANCE else ", not compared further"
        )
        return f"{self.file}: numbers differ by {self.relative:.1e}{limit}"


def machine_kind() -> dict[str, Any]:
    """What decides the last bits of a result: processor, instruction set, libraries and compiler."""
    return {
        "processor": _processor(),
        "instruction set": default_instruction_set(),
        "libc": " ".join(platform.libc_ver()),
        "compiler": _compiler(),
        "versions": circumstances()["versions"],
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown"
    found = [re.search(rf"^{name}\s*: (.*)$", text, re.M) for name in ("vendor_id", "cpu family", "model")]
    return " ".join([platform.machine(), *(match[1] for match in found if match)])


def _compiler() -> str:
    """Of the native kernels, as it signed the library."""
    library = native.library()
    if library is None:
        return "none"
    signature = re.search(rb"(GCC: \([^)]*\) [\d.]+|clang version [\d.]+)", library.read_bytes())
    return signature[1].decode() if signature else "unknown"


def recompute(folder: Path) -> dict[str, dict[str, Any]]:
    """Compute the slice from nothing, and evaluate one kept policy of each of its tasks.

    Args:
        folder: an empty folder for the files.

    Returns:
        File -> its stage, sha256 and numbers. The names carry keys: other settings are other files.
    """
    plan = Plan(load(SLICE))
    spec = plan.config.figures[FIGURE]
    drawn = plan.drawn(spec)
    computed = _upstream(drawn).values()
    found: dict[str, dict[str, Any]] = {}
    for artefact in sorted(computed, key=_depth):
        run(artefact.job([folder / each.file for each in artefact.sources]), folder / artefact.file)
        found[artefact.file] = _describe(folder / artefact.file, artefact.stage)
    files = DrawnFiles(folder, "figures", FIGURE)
    files.stem.parent.mkdir(parents=True)
    expected = identity(
        spec.model_dump(mode="json"), [(each.key, each.labels) for each in drawn], STYLE, True
    )
    draw(files, expected, [folder / each.file for each in drawn], STYLE)
    for path in files.paths:
        found[str(path.relative_to(folder))] = _describe(path, "figures")
    tasks, cache = {each.labels["task"] for each in computed}, Cache(CACHE)
    for artefact in kept_evaluations(Plan(load()), tasks, cache):
        path = folder / "kept" / artefact.file
        run(artefact.job([place_of(each, folder, cache) for each in artefact.sources]), path)
        found[f"kept/{artefact.file}"] = _describe(path, artefact.stage)
    return found


def kept_evaluations(plan: Plan, tasks: set[str], cache: Cache) -> list[Artefact]:
    """For each task with a policy in the cache and its evaluation: the one that was evaluated fastest."""
    fastest: dict[str, tuple[float, Artefact]] = {}
    for artefact in plan.artefacts():
        if artefact.stage != "evaluations" or not artefact.inputs:
            continue
        place = cache.place(artefact)
        if place is not None and all(cache.place(each) for each in artefact.inputs):
            seconds, task = stamp_of(place, artefact.key)["seconds"], artefact.labels["task"]
            if task in tasks and (task not in fastest or seconds < fastest[task][0]):
                fastest[task] = (seconds, artefact)
    return [artefact for _, artefact in fastest.values()]


def _upstream(artefacts: Iterable[Artefact]) -> dict[str, Artefact]:
    """File -> artefact: these, and all that they are computed from."""
    found: dict[str, Artefact] = {}
    for artefact in artefacts:
        found |= {artefact.file: artefact} | _upstream(artefact.sources)
    return found


def _depth(artefact: Artefact) -> int:
    return 1 + max(map(_depth, artefact.sources), default=0)


def _describe(path: Path, stage: str) -> dict[str, Any]:
    return {"stage": stage, "sha256": digest(path), "numbers": numbers(path)}


def numbers(path: Path) -> dict[str, list[float]]:
    """What to compare of a file where bytes may differ; nothing for pictures."""
    found: dict[str, Iterable[float]] = {}
    if path.suffix == ".npz":
        runs = Demonstrations.load(path)
        found = {
            "cost": runs.cost,
            "iterations": runs.iterations,
            "controls": _rms(runs.us),
            "gains": _rms(runs.gains),
        }
    elif path.suffix == ".safetensors":
        found = {name: _rms(tensor[None]) for name, tensor in sorted(load_file(path).items())}
    elif path.suffix == ".parquet":
        table = read_parquet(path).select_dtypes("number")
        found = {name: [table[name].mean()] for name in map(str, table) if not table[name].isna().all()}
    elif path.suffix == ".csv":
        found = {"mean": pd.read_csv(path)["mean"]}
    return {name: [float(f"{value:.9g}") for value in values] for name, values in found.items()}


def _rms(array: np.ndarray) -> np.ndarray:
    return np.sqrt((np.asarray(array, float) ** 2).reshape(len(array), -1).mean(axis=1))


def compare(found: dict[str, dict[str, Any]], reference: dict[str, dict[str, Any]]) -> list[Difference]:
    """The files whose bytes are not the reference's; one without a counterpart is infinitely far off."""
    differences = []
    for file in sorted({*found, *reference}):
        if file not in found or file not in reference:
            differences.append(Difference(file, (found.get(file) or reference[file])["stage"], np.inf))
        elif found[file]["sha256"] != reference[file]["sha256"]:
            relative = _relative(found[file]["numbers"], reference[file]["numbers"])
            differences.append(Difference(file, found[file]["stage"], relative))
    return differences


def _relative(found: dict[str, list[float]], reference: dict[str, list[float]]) -> float:
    if {name: len(v) for name, v in found.items()} != {name: len(v) for name, v in reference.items()}:
        return np.inf
    off = [0.0]
    for name, values in reference.items():
        scale = max(np.abs(values).max(initial=0), 1e-12)
        off.append(float(np.abs(np.subtract(found[name], values)).max(initial=0)) / scale)
    return max(off)


def check_reproducibility(reference: Path, update: bool = False) -> tuple[bool, list[str]]:
    """Recompute and compare with what is kept.

    Args:
        reference: JSON of an earlier call with `update`.
        update: write it anew instead.

    Returns:
        Whether all is as it should be, and lines that say so.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = recompute(Path(folder))
    kind = machine_kind()
    if update:
        text = json.dumps({"machine": kind, "files": found}, indent=1, sort_keys=True) + "\n"
        write_text_atomically(reference, text)
        return True, [f"{reference}: written anew, {len(found)} files"]
    kept = json.loads(reference.read_text())
    differences = compare(found, kept["files"])
    same_kind = kept["machine"] == kind
    how = (
        "the same kind of machine as the reference's: every byte is compared"
        if same_kind
        else "another kind of machine than the reference's: numbers are compared, within tolerances "
        f"({_other(kept['machine'], kind)})"
    )
    wrong = [each for each in differences if same_kind or not each.tolerable]
    same = len(found) - len(differences)
    lines = [how, f"{same} of {len(kept['files'])} files are the same byte for byte", *map(str, differences)]
    lines.append(f"NOT reproduced: {len(wrong)} files" if wrong else "reproduced")
    return not wrong, lines


def _other(kept: dict[str, Any], here: dict[str, Any]) -> str:
    return "; ".join(
        f"{name}: {kept.get(name)} there, {here[name]} here" for name in here if kept.get(name) != here[name]
    )
