"""What a user's task is a function of: its file, the modules that it imports, the files that it reads.

Found by making the task in a process of its own, which tries it, too; remembered until one of them changes.
Needs no solver here, so that the workflow is quick to look at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sobolev_diffusion import __version__
from sobolev_diffusion.config import ConfigError, TaskConfig
from sobolev_diffusion.experiment.task_identity import TaskIdentity
from sobolev_diffusion.files import BadArtefact, digest, write_text_atomically
from sobolev_diffusion.tasks.local_files import is_local
from sobolev_diffusion.tasks.opened_files import read_files, recording


@dataclass(frozen=True)
class TaskParts:
    """What a user's task was made from.

    Attributes:
        modules: name -> path, of the local modules that it imports.
        files: path as declared -> path, of the files that it declares.
        kinds: the built-in tasks that it derives from.
        horizon: T.
        pictures: what there is to draw of it, "links" and "tracked_point".
        remarks: how it was understood, and what is allowed but seldom meant.
    """

    modules: dict[str, str]
    files: dict[str, str]
    kinds: list[str]
    horizon: int
    pictures: list[str]
    remarks: list[str]

    def digests(self) -> dict[str, Any]:
        """What they hold, by name; nothing for a task that is its own file alone."""
        named = {"modules": self.modules, "files": self.files}
        return {
            what: {name: digest(Path(path)) for name, path in sorted(paths.items())}
            for what, paths in named.items()
            if paths
        }


def parts_of(name: str, spec: TaskConfig, module: Path, memory: Path) -> TaskParts:
    """What a task was made from; looked at again when a file of it, or what lies beside it, has changed.

    Args:
        name, spec: of the task, in the configuration.
        module: its file.
        memory: folder to remember in what was found.

    Raises:
        ConfigError: it cannot be made, does not do what a task should, or reads what it does not declare.
    """
    asked = [str(module.resolve()), spec.options, sys.version, __version__]
    remembered = memory / f"{name}.{sha256(json.dumps(asked).encode()).hexdigest()[:16]}.json"
    try:
        content = json.loads(remembered.read_text())
        parts = TaskParts(**content["parts"])
        if content["state"] == _state(module, parts, memory):
            return parts
    except (OSError, ValueError, KeyError, TypeError):
        pass  # never looked at, or what was found is gone
    try:
        parts = look_at(name, spec, module)
    except ConfigError as error:
        raise ConfigError(f"config: tasks.{error}") from error
    text = json.dumps({"parts": vars(parts), "state": _state(module, parts, memory)})
    write_text_atomically(remembered, text)
    return parts


def _state(module: Path, parts: TaskParts, memory: Path) -> list[Any]:
    """Content of what a task was made from, and the names of what else lies where it might look."""
    paths = [module.resolve(), *map(Path, parts.modules.values()), *map(Path, parts.files.values())]
    folders = sorted({path.parent for path in paths})
    ours = memory.resolve().parents
    names = {
        str(folder): sorted(n for n in os.listdir(folder) if n[0] not in "._" and folder / n not in ours)
        for folder in folders
    }
    return [digest(module), parts.digests(), names]


def look_at(name: str, spec: TaskConfig, module: Path) -> TaskParts:
    """Make a task in a process of its own and try it; see `parts_of`."""
    asked = json.dumps({"name": name, "module": str(module), "options": spec.options})
    with tempfile.TemporaryDirectory() as folder:
        answer, record = Path(folder) / "answer.json", Path(folder) / "opened"
        run = subprocess.run(
            [sys.executable, "-P", "-m", "sobolev_diffusion.tasks.look_at", str(answer)],
            input=asked,
            env={**recording(record), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if not answer.exists():
            last = (run.stdout.strip().splitlines() or ["it said nothing"])[-1]
            raise ConfigError(f"{name}: {module} ended Python with status {run.returncode}: {last}")
        found = json.loads(answer.read_text())
        opened = read_files(record)
    if "error" in found:
        raise ConfigError(found["error"])
    class_name = found.pop("class")
    parts = TaskParts(**found)
    undeclared = _undeclared(module, parts, opened)
    if undeclared:
        listed = ", ".join(f'"{each}"' for each in undeclared)
        raise ConfigError(
            f"{name}: {module} reads files that it does not declare; "
            f"add files = [{listed}] to {class_name}, so that results follow them"
        )
    return parts


def _undeclared(module: Path, parts: TaskParts, opened: list[Path]) -> list[str]:
    """Files that were read, as `Task.files` should name them."""
    own = module.resolve()
    known = {own, *(Path(path) for path in (*parts.modules.values(), *parts.files.values()))}
    homes = own.parent, Path.cwd()
    return [
        os.path.relpath(each, own.parent) for each in opened if each not in known and is_local(each, *homes)
    ]


def identity(
    name: str, spec: TaskConfig, module: Path, parts: TaskParts, revisions: Mapping[str, int]
) -> TaskIdentity:
    """What keys are made of.

    Args:
        name, spec: of the task, in the configuration.
        module: its file.
        parts: what else it was made from.
        revisions: of built-in tasks.
    """
    return TaskIdentity(
        name=name,
        options=spec.options,
        module=spec.module,
        sha256=digest(module),
        revisions={kind: revisions[kind] for kind in parts.kinds if kind in revisions},
        **parts.digests(),
    )


def check_unchanged(task: TaskIdentity) -> None:
    """Check that the files of a user's task are those that keys were made of.

    Where this process has made the task, its modules are those that were loaded; else those where they should
    be. A built-in task has none.

    Args:
        task: from the plan.

    Raises:
        BadArtefact: one was edited, or is gone.
    """
    if task.module is None:
        return
    module = Path(task.module)
    expected: dict[Path, str | None] = {module: task.sha256}
    for name, content in task.modules.items():
        path = _module_file(name, module.parent)
        if path:  # else not yet: it is imported later, and this is called again at the end
            expected[path] = content
    expected |= {module.parent / name: content for name, content in task.files.items()}
    for path, known in expected.items():
        if not path.is_file() or digest(path) != known:
            problem = f"is not as it was when the run was planned, which task {task.name} is made from"
            raise BadArtefact(path, problem, "run again")


def _module_file(name: str, folder: Path) -> Path | None:
    """Where a module was loaded from, or would be from a task's folder."""
    loaded = getattr(sys.modules.get(name), "__file__", None)
    inside = folder.joinpath(*name.split("."))
    candidates = [Path(loaded)] if loaded else [inside.with_suffix(".py"), inside / "__init__.py"]
    return next((path for path in candidates if path.is_file()), None)
