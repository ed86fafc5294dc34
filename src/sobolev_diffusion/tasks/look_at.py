"""Make a user's task in a process of its own, try it, and say what it was made from.

    python -P -m sobolev_diffusion.tasks.look_at ANSWER < ASKED

ASKED is JSON: name, module, options. ANSWER, a file, too: the error in one line, or what `_parts` returns.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sobolev_diffusion.files import write_text_atomically
from sobolev_diffusion.tasks import registry
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.local_files import is_local
from sobolev_diffusion.tasks.remarks import remarks


def main() -> None:
    """One task: asked for on the standard input, answered in a file."""
    asked = json.load(sys.stdin)
    try:
        task = registry.task_from_settings(asked)
        check_task(task)
        answer = _parts(task)
    except TaskError as error:
        answer = {"error": str(error)}
    text = json.dumps(answer)
    write_text_atomically(Path(sys.argv[1]), text)


def _parts(task: Task) -> dict[str, Any]:
    """What a task was made from.

    Returns:
        modules: name -> path, of every local module that is loaded, its own file left out.
        files: path as declared -> path, of every file that `Task.files` declares, those in folders too.
        kinds: the built-in tasks that it derives from.
        class: its class's name.
        horizon: T.
        pictures: what there is to draw of it, "links" and "tracked_point".
        remarks: see `remarks`.
    """
    own = Path(inspect.getfile(type(task))).resolve()
    homes = own.parent, Path.cwd()
    modules = {}
    for name, module in list(sys.modules.items()):
        path = Path(getattr(module, "__file__", None) or "/").resolve()
        if path.is_file() and path != own and is_local(path, *homes):
            modules[name] = str(path)
    bases = {f"{base.__module__}:{base.__name__}" for base in type(task).__mro__}
    return {
        "modules": modules,
        "files": _declared(task, own.parent),
        "kinds": [kind for kind, place in registry.BUILT_IN.items() if f"{registry.PLACE}.{place}" in bases],
        "class": type(task).__name__,
        "horizon": task.horizon,
        "pictures": _pictures(task),
        "remarks": remarks(task),
    }


def _pictures(task: Task) -> list[str]:
    x = task.initial_state(task.sample(np.random.default_rng(0)))
    drawn = {"links": len(task.links(x)) > 0, "tracked_point": task.tracked_point(x) is not None}
    return [name for name, there in drawn.items() if there]


def _declared(task: Task, folder: Path) -> dict[str, str]:
    if isinstance(task.files, str | Path):
        raise TaskError(f"{task.name}: files: expected a list of paths, got {task.files!r}")
    files = {}
    for given in map(str, task.files):
        path = folder / given
        if not path.exists():
            raise TaskError(f"{task.name}: files: there is no {path}")
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file():
                inside = "" if each == path else f"/{each.relative_to(path).as_posix()}"
                files[f"{given}{inside}"] = str(each.resolve())
    return files


if __name__ == "__main__":
    main()
