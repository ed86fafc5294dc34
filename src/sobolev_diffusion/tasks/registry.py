"""The one list of tasks, and how a task of the configuration becomes an object."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.tasks.base import Task, TaskError

BUILT_IN = {
    "pendulum": "pendulum:Pendulum",
    "double_pendulum": "double_pendulum:DoublePendulum",
    "ur5": "ur5:UR5",
    "quadrotor": "quadrotor:Quadrotor",
    "quadrotor_columns": "quadrotor_columns:QuadrotorColumns",
}
"""Kind -> module of this package : class."""


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
    try:
        task = task_class(**config.options)
    except TypeError as error:
        accepted = ", ".join(inspect.signature(task_class).parameters)
        raise TaskError(f"{name}: options: {error}; accepted: {accepted}") from error
    task.name = name
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
    return getattr(importlib.import_module(f"sobolev_diffusion.tasks.{module}"), class_name)


def _class_in(path: Path, name: str) -> type[Task]:
    spec = importlib.util.spec_from_file_location(f"sobolev_diffusion_user_{name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise TaskError(f"{name}: module: no Python file at {path}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise TaskError(f"{name}: {path} cannot be imported: {type(error).__name__}: {error}") from error
    classes = _own_task_classes(module)
    if len(classes) != 1:
        raise TaskError(f"{name}: {path} must define exactly one subclass of Task, found {len(classes)}")
    return classes[0]


def _own_task_classes(module: ModuleType) -> list[type[Task]]:
    return [
        member
        for member in vars(module).values()
        if inspect.isclass(member) and issubclass(member, Task) and member.__module__ == module.__name__
    ]
