"""What identifies a task in keys and stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from sobolev_diffusion.config.section import LATER, Section

if TYPE_CHECKING:
    from sobolev_diffusion.tasks.base import Task


class TaskIdentity(Section):
    name: str
    """In the configuration."""
    options: dict[str, Any]
    """Arguments of its constructor."""
    module: str | None
    """Path of its file; none: it is built in."""
    kind: Annotated[str | None, Field(json_schema_extra=LATER)] = None
    """Which built-in task; none: the one of its name."""
    revision: Annotated[int | None, Field(json_schema_extra=LATER)] = None
    """Of the built-in task, where it is not the first."""
    sha256: Annotated[str | None, Field(json_schema_extra=LATER)] = None
    """Of its file."""
    modules: Annotated[dict[str, str], Field(json_schema_extra=LATER)] = {}
    """Name -> sha256 of the local modules that its file imports."""
    files: Annotated[dict[str, str], Field(json_schema_extra=LATER)] = {}
    """Path as declared -> sha256 of the files that it declares."""
    revisions: Annotated[dict[str, int], Field(json_schema_extra=LATER)] = {}
    """Of the built-in tasks that it derives from, where they are not the first."""

    def make(self) -> Task:
        """The task.

        Raises:
            TaskError: there is no such task.
        """
        from sobolev_diffusion.tasks.registry import task_from_settings

        return task_from_settings(self.identity())

    def checked(self) -> Task:
        """The task.

        Raises:
            TaskError: there is no such task, or it does not do what a task should.
        """
        from sobolev_diffusion.tasks.check import check_once

        task = self.make()
        check_once(task)
        return task
