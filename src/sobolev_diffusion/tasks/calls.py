"""Call methods of a task and say in one line which it was when something is wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sobolev_diffusion.tasks.base import Array, Task, TaskError
from sobolev_diffusion.tasks.where_raised import where_raised


class Calls:
    """Calls of one task's methods.

    Args:
        task: whose.

    Attributes:
        n_theta: how many entries `sample` gave theta, once that is known; what is wrong with a method that
            takes theta may be wrong with theta.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.n_theta: int | None = None

    def __call__(self, method: str, function: Callable[[], Any]) -> Any:
        """What a function returns that calls a method.

        Raises:
            TaskError: it raised.
        """
        try:
            return function()
        except TaskError:
            raise
        except Exception as error:
            reason = " ".join(str(error).split())
            where = where_raised(error, Path(inspect.getfile(type(self.task))).parent)
            raised = f"raised {type(error).__name__}: {reason}{where}{self._about_theta(method)}"
            raise self._fault(method, raised) from error

    def array(self, method: str, shape: tuple[int | None, ...], value: Any) -> Array:
        """A finite array of this shape, or what returns one; None stands for any length.

        Raises:
            TaskError: it is something else.
        """
        if callable(value):
            value = self(method, value)
        given = np.shape(value)
        if len(given) != len(shape) or any(s not in (None, g) for s, g in zip(shape, given, strict=True)):
            got = described(value) + self._about_theta(method)
            raise self.wrong(method, f"an array of shape ({_sizes(shape)})", got)
        array = np.asarray(value, dtype=float)
        if not np.isfinite(array).all():
            raise self.wrong(method, f"finite numbers, shape ({_sizes(shape)})", described(array))
        return array

    def wrong(self, method: str, expected: str, got: str) -> TaskError:
        """The error that something else was expected."""
        return self._fault(method, f"expected {expected}, got {got}")

    def _fault(self, method: str, what: str) -> TaskError:
        name = getattr(self.task, "name", type(self.task).__name__)
        return TaskError(f"{name}: {method}: {what}")

    def _about_theta(self, method: str) -> str:
        if "theta" not in method or self.n_theta is None:
            return ""
        return f"; theta, from sample(rng), has {self.n_theta} entries"


def _sizes(shape: tuple[int | None, ...]) -> str:
    return "x".join("n" if size is None else str(size) for size in shape)


def described(value: Any) -> str:
    """What a value is, briefly."""
    if value is None:
        return "nothing"
    if not isinstance(value, np.ndarray):
        return f"{type(value).__name__} {value!r}"[:100]
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        return " ".join(np.array2string(value, precision=3, threshold=12).split())
    return f"an array of shape {value.shape}"
