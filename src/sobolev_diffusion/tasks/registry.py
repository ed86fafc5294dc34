"""The one list of tasks, and how a task of the configuration becomes an object."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.crocoddyl_installed import REMEDY
from sobolev_diffusion.tasks.where_raised import where_raised

BUILT_IN = {
    "pendulum": "pendulum:Pendulum",
    "double_pendulum": "double_pendulum:DoublePendulum",
    "ur5": "ur5:UR5",
    "ur5_columns": "ur5_columns:UR5Columns",
    "quadrotor": "quadrotor:Quadrotor",
    "quadrotor_columns": "quadrotor_columns:QuadrotorColumns",
    "talos": "talos:Talos",
    "solo12": "solo12:Solo12",
    "acrobot": "acrobot:Acrobot",
    "pendulum_crocoddyl": "pendulum_crocoddyl:PendulumCrocoddyl",
    "ur5_crocoddyl": "ur5_crocoddyl:UR5Crocoddyl",
    "quadrotor_crocoddyl": "quadrotor_crocoddyl:QuadrotorCrocoddyl",
}
"""Kind -> module of this package : class."""
PLACE = "sobolev_diffusion.tasks"

FORGOTTEN = "; does its __init__ call super().__init__(...) before anything else?"
OF_THE_CLASS = {
    "horizon": "write, in its class, horizon = 100, say, the number of steps",
    "dt": "write, in its class, dt = 0.02, say, the seconds of a step",
}
"""Attributes that every task has to set, and how."""
_USERS = "sobolev_diffusion_user_"
_folders: list[Path] = []  # of the users' tasks that were made


def make_task(name: str, config: TaskConfig) -> Task:
    """Build a task from the configuration; it takes the name it has there.

    Raises:
        TaskError: unknown kind, a module without a task, or options its constructor does not take.
    """
    task_class = _class_in(Path(config.module), name) if config.module else _built_in(name, config.kind)
    missing = sorted(task_class.__abstractmethods__)
    if missing:
        signatures = (f"{method}{inspect.signature(getattr(task_class, method))}" for method in missing)
        raise TaskError(f"{name}: {task_class.__name__} does not define {', '.join(signatures)}")
    task = _construct(task_class, name, config.options)
    task.name = name
    return task


def _construct(task_class: type[Task], name: str, options: dict[str, Any]) -> Task:
    signature = inspect.signature(task_class)
    try:
        signature.bind(**options)
    except TypeError as error:
        raise TaskError(f"{name}: options: {error}; accepted: {', '.join(signature.parameters)}") from error
    try:
        task = task_class(**options)
    except TaskError:
        raise
    except Exception as error:
        lacks = error.name if isinstance(error, AttributeError) and isinstance(error.obj, Task) else None
        if lacks in OF_THE_CLASS:
            said = f"{task_class.__name__} does not say its {lacks}; {OF_THE_CLASS[lacks]}"
            raise TaskError(f"{name}: {said}") from error
        where = where_raised(error, Path(inspect.getfile(task_class)).parent)
        reason = f"{task_class.__name__}(...) raised {type(error).__name__}: {' '.join(str(error).split())}"
        raise TaskError(f"{name}: {reason}{where}{FORGOTTEN if lacks else ''}") from error
    if not hasattr(task, "control"):
        raise TaskError(f"{name}: {task_class.__name__}(...) is no task yet{FORGOTTEN}")
    return task


def task_from_settings(settings: dict[str, Any]) -> Task:
    """Build a task from what the plan puts into artefacts and stamps: name, kind, module, options."""
    given = {key: settings[key] for key in ("kind", "module", "options") if key in settings}
    return make_task(settings["name"], TaskConfig(**given))


def _built_in(name: str, kind: str | None) -> type[Task]:
    kind = kind or name
    if kind not in BUILT_IN:
        raise TaskError(
            f"{name}: {kind} is none of {', '.join(BUILT_IN)}; give its kind, or its file as module"
        )
    module, class_name = BUILT_IN[kind].split(":")
    return getattr(importlib.import_module(f"{PLACE}.{module}"), class_name)


def _class_in(path: Path, name: str) -> type[Task]:
    spec = importlib.util.spec_from_file_location(f"{_USERS}{name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise TaskError(f"{name}: module: no Python file at {path}")
    _let_import_its_neighbours(path.resolve().parent, name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there for the module that they are in
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        reason = " ".join(str(error).split())
        if isinstance(error, ModuleNotFoundError) and error.name == "crocoddyl":
            reason = REMEDY
        where = where_raised(error, path.parent)
        raise TaskError(
            f"{name}: {path} cannot be imported: {type(error).__name__}: {reason}{where}"
        ) from error
    classes = _own_task_classes(module)
    if len(classes) != 1:
        raise TaskError(f"{name}: {path} must define exactly one subclass of Task, found {len(classes)}")
    return classes[0]


def _let_import_its_neighbours(folder: Path, name: str) -> None:
    """Modules are looked for in the task's folder first, as for a script that is run.

    Raises:
        TaskError: a module of another task's folder would be taken for a neighbour of the same name.
    """
    others = [each for each in _folders if each != folder]
    for module_name, module in list(sys.modules.items()):
        path = Path(getattr(module, "__file__", None) or "/")
        home = next((each for each in others if path.is_relative_to(each)), None)
        if home and (folder / path.relative_to(home)).is_file() and not module_name.startswith(_USERS):
            raise TaskError(
                f"{name}: {folder} and {home}, where another task is, both have a module {module_name}: "
                "rename one, or put the two tasks into one folder"
            )
    if folder not in _folders:
        _folders.append(folder)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()  # a neighbour may have been written just now


def _own_task_classes(module: ModuleType) -> list[type[Task]]:
    return [
        member
        for member in vars(module).values()
        if inspect.isclass(member) and issubclass(member, Task) and member.__module__ == module.__name__
    ]
