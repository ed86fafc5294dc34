"""The commands `fit`, `solve` and `report`: a task's file in, a warm start's file out, and back."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.files import BadArtefact, digest, write_atomically
from sobolev_diffusion.own_problem import warm_file
from sobolev_diffusion.own_problem.fitted import FitError
from sobolev_diffusion.own_problem.trials import Trials
from sobolev_diffusion.own_problem.warm_start import Solved, WarmStart
from sobolev_diffusion.own_problem.ways import TOLD, Way
from sobolev_diffusion.tasks.base import Array, Task, TaskError
from sobolev_diffusion.tasks.instances import evaluation_thetas
from sobolev_diffusion.tasks.registry import make_task

KEPT = ".fitting"
"""What a folder of a fit is called, behind the name of its file."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def one_line_errors(stopped: str) -> Iterator[None]:
    """What is understood to be wrong ends the program with one line.

    Args:
        stopped: what to say after Ctrl-C.
    """
    try:
        yield
    except (TaskError, FitError) as error:
        sys.exit(str(error))
    except OSError as error:
        if error.errno not in _FULL:
            raise
        sys.exit(f"{error.strerror}: nothing is lost; make room, and give the same command again")
    except KeyboardInterrupt:
        print(f"stopped; {stopped}", file=sys.stderr)
        sys.exit(130)


def fit_file(
    file: Path,
    options: dict[str, Any],
    out: Path,
    *,
    solves: int,
    workers: int,
    seed: int,
    tolerance: float,
    trials: Trials,
) -> None:
    """Fit the task of a file, and write the warm start; what was computed stays beside it."""
    folder = out.with_name(f"{out.name}{KEPT}")
    with one_line_errors(f"the same command goes on from what is in {folder}"):
        task = _task(file, options)
        warm = WarmStart.fit(task, solves, workers, seed, folder=folder, tolerance=tolerance, trials=trials)
        about = {
            "file": os.path.relpath(file.resolve(), out.resolve().parent),
            "sha256": digest(file),
            "options": options,
        }
        warm.save(out, about)
    print(f"{out}: {TOLD[warm.fitted.way]}")
    print(f"is it worth it? sobolev-diffusion report {out}")


def load_file(path: Path, moved: Path | None) -> WarmStart:
    """A warm start, and the task that it was fitted to, from the file that it notes.

    Args:
        path: of the warm start.
        moved: where the task's file is now; where it was, unless given.

    Raises:
        BadArtefact: one of the two is not there, or they do not belong together.
        TaskError: the task cannot be made.
    """
    about = warm_file.load_content(path)["about"]
    if moved is None and "file" not in about:
        raise BadArtefact(path, "does not say in which file its task is", "name it with --task FILE.py")
    file = moved or Path(os.path.normpath(path.resolve().parent / about["file"]))
    if not file.is_file():
        raise BadArtefact(
            path, f"its task was in {file}, which is not there", "name its file with --task FILE.py"
        )
    if about.get("sha256") not in (None, digest(file)):
        print(f"{file} has changed since {path} was fitted", file=sys.stderr)
    return WarmStart.load(path, _task(file, about.get("options", {})))


def _task(file: Path, options: dict[str, Any]) -> Task:
    return make_task(file.stem, TaskConfig(module=str(file), options=options))


def solve_file(
    path: Path,
    moved: Path | None,
    way: Way | None,
    theta: Sequence[float] | None,
    instances: int,
    out: Path | None,
) -> None:
    """Solve one instance, or some that it was not fitted on, and print how that went.

    Args:
        path: of the warm start.
        moved: where the task's file is now.
        way: where the solver starts from, instead of what the fit chose.
        theta: the instance; random ones unless given.
        instances: how many random ones.
        out: where to write the solutions, an .npz.
    """
    with one_line_errors("nothing was written"):
        warm = load_file(path, moved)
        warm = warm.starting_from(way) if way else warm
        thetas = (
            evaluation_thetas(warm.task, warm.seed, instances)
            if theta is None
            else [np.array(theta, dtype=float)]
        )
        solved: list[Solved] = []
        for number, each in enumerate(thetas):
            found = warm.solved(each)
            if not solved:
                print(
                    f"{'':>4} {'start':>12} {'guess ms':>9} {'solve ms':>9} {'iterations':>10} "
                    f"{'converged':>9} {'cost':>11}"
                )
            solved.append(found)
            solution = found.solution
            print(
                f"{number:>4} {found.guess.source:>12} {1000 * found.guess_seconds:>9.2f} "
                f"{1000 * solution.seconds:>9.2f} {solution.iterations:>10} "
                f"{'yes' if solution.converged else 'no':>9} {solution.cost:>11.5g}",
                flush=True,
            )
        if out:
            _write_solutions(out, thetas, solved)
            print(out)


def report_file(path: Path, moved: Path | None, way: Way | None, instances: int, out: Path | None) -> None:
    """Write the page that says whether a warm start is worth it, and print its first line.

    Args:
        path: of the warm start.
        moved: where the task's file is now.
        way: where the solver starts from, instead of what the fit chose.
        instances: how many to try it on.
        out: the page; beside the warm start, unless given.
    """
    with one_line_errors("nothing was written"):
        warm = load_file(path, moved)
        warm = warm.starting_from(way) if way else warm
        out = out or path.with_suffix(".html")
        print(warm.report(out, instances))
        print(out)


def _write_solutions(out: Path, thetas: Sequence[Array], solved: Sequence[Solved]) -> None:
    solutions = [each.solution for each in solved]
    arrays = {"theta": np.stack([*thetas])} | {
        name: np.stack([getattr(solution, name) for solution in solutions])
        for name in ("xs", "us", "cost", "iterations", "converged")
    }

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez_compressed(file, **arrays)

    write_atomically(out, write)
