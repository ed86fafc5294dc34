"""Demonstrations on disk: solver runs with their gains, one .npz without pickle."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.solver.linearisation import Linearisation
from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.weakened import counted

ALWAYS_UNPACKED = 64 * 2**20  # bytes
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
MOST_UNPACKED = 20
"""Times the size of a file, that it may unpack to; runs are a tenth to a half smaller when packed."""


@dataclass(frozen=True)
class Demonstrations:
    """Runs of the solver on n instances of a task, converged or not.

    Attributes:
        instance: number of each instance in its random stream, (n,).
        theta: task parameters, (n, n_theta).
        xs, us: states (n, T+1, nx) and controls (n, T, nu).
        gains, A, B: linearisation at the solution, (n, T, nu, ndx), (n, T, ndx, ndx), (n, T, ndx, nu).
        cost: trajectory cost, (n,); infinite where the solver failed.
        iterations: Newton iterations, (n,).
        converged, stalled: flags, (n,).
        primal_infeasibility, dual_infeasibility: at the end, (n,).
        error: why a run ended without a result, "" where it did not, (n,).
        parameter_gains: K_p, (n, T, nu, n_p); None, and not in the file, where nobody asked for them.
    """

    instance: NDArray[np.int64]
    theta: NDArray[np.float64]
    xs: NDArray[np.float64]
    us: NDArray[np.float64]
    gains: NDArray[np.float64]
    A: NDArray[np.float64]
    B: NDArray[np.float64]
    cost: NDArray[np.float64]
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]
    stalled: NDArray[np.bool_]
    primal_infeasibility: NDArray[np.float64]
    dual_infeasibility: NDArray[np.float64]
    error: NDArray[np.str_]
    parameter_gains: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.instance)

    def take(self, index: NDArray[Any]) -> Demonstrations:
        """The runs that an index array or mask picks."""
        return Demonstrations(**{name: array[index] for name, array in self._arrays().items()})

    def how_they_ended(self) -> str:
        """Of the runs that did not converge, how many ended in which way; in words."""
        bad = ~self.converged
        ways = np.where(self.stalled, "stalled", "at the limit of iterations")
        reasons = [_brief(error) or str(way) for error, way in zip(self.error[bad], ways[bad], strict=True)]
        return counted(reasons)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays that there are, by name."""
        return {name: array for name, array in vars(self).items() if array is not None}

    def gains_in_parameters(self, task: Task) -> NDArray[np.float64] | None:
        """K_p of every run; None for a task without parameters.

        Raises:
            ValueError: nobody asked for them when these runs were collected.
        """
        if not len(task.parameters):
            return None
        if self.parameter_gains is None:
            raise ValueError(
                f"{task.name}: gains in the parameters are needed, which these demonstrations do not have; "
                "collect them with parameter_gains"
            )
        return self.parameter_gains

    @staticmethod
    def concatenate(parts: list[Demonstrations]) -> Demonstrations:
        """All runs of several sets, in order.

        Raises:
            ValueError: some have gains in the parameters and others have none.
        """
        arrays = [part._arrays() for part in parts]
        if any(each.keys() != arrays[0].keys() for each in arrays):
            raise ValueError("parameter_gains: in some of these demonstrations, missing in others")
        return Demonstrations(**{name: np.concatenate([each[name] for each in arrays]) for name in arrays[0]})

    @staticmethod
    def stack(
        instances: Sequence[int] | NDArray[np.int64],
        thetas: Sequence[NDArray[np.float64]] | NDArray[np.float64],
        solutions: Sequence[Solution],
        ndx: int,
        n_p: int = 0,
    ) -> Demonstrations:
        """Gather solutions; a run that failed keeps its guess and has zero gains.

        Args:
            instances, thetas, solutions: of the same instances.
            ndx: of the task's space.
            n_p: how many parameters the solutions have gains in.

        Raises:
            ValueError: a solution has no gains in the parameters, but n_p > 0.
        """
        horizon, nu = solutions[0].us.shape

        if n_p and any(s.linearisation and s.linearisation.parameter_gains is None for s in solutions):
            raise ValueError("parameter_gains: in some of these solutions, missing in others")

        def linear(name: str, shape: tuple[int, ...]) -> np.ndarray:
            return np.stack(
                [getattr(s.linearisation, name) if s.linearisation else np.zeros(shape) for s in solutions]
            )

        return Demonstrations(
            instance=np.array(instances, dtype=np.int64),
            theta=np.stack([*thetas]),
            xs=np.stack([s.xs for s in solutions]),
            us=np.stack([s.us for s in solutions]),
            gains=linear("gains", (horizon, nu, ndx)),
            A=linear("A", (horizon, ndx, ndx)),
            B=linear("B", (horizon, ndx, nu)),
            cost=np.array([s.cost for s in solutions]),
            iterations=np.array([s.iterations for s in solutions], dtype=np.int64),
            converged=np.array([s.converged for s in solutions]),
            stalled=np.array([s.stalled for s in solutions]),
            primal_infeasibility=np.array([s.primal_infeasibility for s in solutions]),
            dual_infeasibility=np.array([s.dual_infeasibility for s in solutions]),
            error=np.array([s.error for s in solutions], dtype=np.str_),
            parameter_gains=linear("parameter_gains", (horizon, nu, n_p)) if n_p else None,
        )

    def solutions(self) -> list[Solution]:
        """What `stack` gathered, but for the seconds, which are not kept."""
        return [
            Solution(
                xs=self.xs[i],
                us=self.us[i],
                cost=float(self.cost[i]),
                iterations=int(self.iterations[i]),
                converged=bool(self.converged[i]),
                stalled=bool(self.stalled[i]),
                primal_infeasibility=float(self.primal_infeasibility[i]),
                dual_infeasibility=float(self.dual_infeasibility[i]),
                seconds=0.0,
                error=str(self.error[i]),
                linearisation=None if self.error[i] else self._linearisation(i),
            )
            for i in range(len(self))
        ]

    def _linearisation(self, i: int) -> Linearisation:
        in_parameters = None if self.parameter_gains is None else self.parameter_gains[i]
        return Linearisation(self.gains[i], self.A[i], self.B[i], in_parameters)

    def save(self, path: Path) -> None:
        """Write the .npz; the same runs give the same bytes."""

        def write(partial: Path) -> None:
            with partial.open("wb") as file:
                np.savez_compressed(file, **cast(dict[str, Any], self._arrays()))

        write_atomically(path, write)

    @staticmethod
    def load(path: Path) -> Demonstrations:
        """Read what `save` wrote.

        Raises:
            BadArtefact: the file is missing, truncated, or not a set of demonstrations.
        """
        try:
            _check_size(path)
            with np.load(path, allow_pickle=False) as arrays:
                stored = dict(arrays)
            stored.setdefault("error", np.full(len(stored["instance"]), ""))  # older files have none
            stored.setdefault("parameter_gains", None)
            return Demonstrations(**{field.name: stored[field.name] for field in fields(Demonstrations)})
        except Exception as error:
            raise BadArtefact(
                path, f"is not a set of demonstrations ({error})", "collect it again"
            ) from error


def _check_size(path: Path) -> None:
    """Ask every array of a file for its size before any is unpacked.

    Raises:
        ValueError: they are far larger than runs of a file of this size are.
    """
    allowed = max(ALWAYS_UNPACKED, MOST_UNPACKED * path.stat().st_size)
    with ZipFile(path) as arrays:
        for name in arrays.namelist():
            with arrays.open(name) as file:
                shape, _, dtype = _HEADERS[npy.read_magic(file)](file)
            allowed -= math.prod(shape) * dtype.itemsize
    if allowed < 0:
        raise ValueError("it would unpack to far more than runs do")


def _brief(error: str) -> str:
    """What ended a run, without the place in the library's source and the numbers that tell runs apart."""
    return re.sub(r"\b[xus]+\[\d+\]|\d+", "..", re.sub(r"^\S+\(\d+\): ", "", error))
