"""A warm start as one file: an uncompressed zip of JSON, the policy and the demonstrations. No pickle."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZipFile, ZipInfo

from sobolev_diffusion.config import SolverConfig, WarmConfig
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.own_problem.control_modes import controlled_by
from sobolev_diffusion.own_problem.fitted import Fitted
from sobolev_diffusion.own_problem.ways import WAYS
from sobolev_diffusion.own_problem.working_folder import identity
from sobolev_diffusion.policies import ChunkPolicy
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.fingerprint import Fingerprint, fingerprint

FORMAT = 2
"""Raised when files of before can no longer be read."""
CONTENT, POLICY, DEMONSTRATIONS = "warm_start.json", "policy.safetensors", "demonstrations.npz"
_AGAIN = "fit it again"
Loaded = TypeVar("Loaded")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # so that the same content gives the same bytes
_LARGEST = 2**31  # bytes of a part


def save(path: Path, task: Task, fitted: Fitted, seed: int, about: dict[str, Any]) -> None:
    """Write the file, whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        policy, demonstrations = Path(folder) / POLICY, Path(folder) / DEMONSTRATIONS
        fitted.policy.save(policy)
        fitted.demonstrations.save(demonstrations)
        parts = {part.name: part.read_bytes() for part in (policy, demonstrations)}
    content = {
        "format": FORMAT,
        "task": identity(controlled_by(task, fitted.control)),
        "seed": seed,
        "cold": fitted.cold.model_dump(mode="json"),
        "warm": fitted.warm.model_dump(mode="json"),
        "way": fitted.way,
        "action_length": fitted.action_length,
        "tried": fitted.tried,
        "curve": fitted.curve,
        "about": about,
        "sha256": {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()},
    }
    parts = {CONTENT: json.dumps(content, sort_keys=True).encode(), **parts}

    def write(partial: Path) -> None:
        with ZipFile(partial, "w") as archive:
            for name, part in parts.items():
                archive.writestr(ZipInfo(name, _EPOCH), part)

    write_atomically(path, write)


def load(path: Path, task: Task) -> tuple[Fitted, int]:
    """What was fitted to this task, in whatever control mode it is given, and the seed.

    Raises:
        BadArtefact: see `WarmStart.load`.
    """
    content = load_content(path)
    fitted_to = dict(content["task"])
    limits = fitted_to.pop("limits", None)
    if fitted_to["control"] in ("torque", "state"):
        task = controlled_by(task, fitted_to["control"])
    differences = Fingerprint.from_json(fitted_to).differences(fingerprint(task))
    if limits != identity(task)["limits"]:
        differences.append("other limits of the control")
    if differences:
        raise BadArtefact(
            path,
            f"was fitted to another task, {fitted_to['task']}: compared with {task.name}, that has "
            f"{', '.join(differences)}",
            f"take the file of this task, or {_AGAIN}",
        )
    try:
        policy = _part(path, content, POLICY, ChunkPolicy.load)
        demonstrations = _part(path, content, DEMONSTRATIONS, Demonstrations.load)
        policy.check_fits(task)
        if content["way"] not in WAYS:
            raise ValueError(f"it starts from {content['way']!r}")
        fitted = Fitted(
            SolverConfig(**content["cold"]),
            WarmConfig(**content["warm"]),
            content["way"],
            task.control,
            int(content["action_length"]),
            policy,
            demonstrations,
            list(content["tried"]),
            list(content["curve"]),
        )
        return fitted, int(content["seed"])
    except Exception as error:
        raise BadArtefact(path, f"is damaged ({error})", _AGAIN) from error


def load_policy(path: Path) -> ChunkPolicy:
    """The policy alone, without the task that it was fitted to.

    Raises:
        BadArtefact: see `WarmStart.load`.
    """
    content = load_content(path)
    try:
        return _part(path, content, POLICY, ChunkPolicy.load)
    except Exception as error:
        raise BadArtefact(path, f"is damaged ({error})", _AGAIN) from error


def _part(path: Path, content: dict[str, Any], name: str, load: Callable[[Path], Loaded]) -> Loaded:
    """What a part of the file holds.

    Raises:
        ValueError: it is not what was written.
    """
    with ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        if archive.getinfo(name).file_size > _LARGEST:
            raise ValueError(f"{name} is too large")
        part = archive.read(name)
        if hashlib.sha256(part).hexdigest() != content["sha256"][name]:
            raise ValueError(f"{name} is not what was written")
        place = Path(folder) / name
        place.write_bytes(part)
        return load(place)


def load_content(path: Path) -> dict[str, Any]:
    """What the file says in JSON; `about` is what `save` was given.

    Raises:
        BadArtefact: the file is missing, no warm start, or one of another version.
    """
    if not path.is_file():
        raise BadArtefact(path, "is not there", "make it with sobolev-diffusion fit TASK.py --out FILE")
    try:
        with ZipFile(path) as archive:
            if archive.getinfo(CONTENT).file_size > _LARGEST:
                raise ValueError("it is too large")
            content = json.loads(archive.read(CONTENT))
        version = content["format"]
    except Exception as error:
        raise BadArtefact(path, f"is no warm start, or only a part of one ({error})", _AGAIN) from error
    if version != FORMAT:
        raise BadArtefact(path, f"is of format {version}, and this version reads {FORMAT}", _AGAIN)
    missing = {
        "task",
        "seed",
        "cold",
        "warm",
        "way",
        "action_length",
        "tried",
        "curve",
        "about",
        "sha256",
    } - set(content)
    if missing:
        raise BadArtefact(path, f"lacks {', '.join(sorted(missing))}", _AGAIN)
    return content
