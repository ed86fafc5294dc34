"""The jobs of the workflow: read the inputs of one artefact, compute it, write it with its stamp."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sobolev_diffusion.experiment.ending import fail
from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.experiment.stamps import check, read_stamp, write_stamp
from sobolev_diffusion.experiment.weaknesses import Weakness, noted, of_inputs
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.training.training_failed import TrainingFailed

log = logging.getLogger(__name__)


def run(job: Job, output: Path) -> None:
    """Compute an artefact and write it, whole or not at all.

    Raises:
        BadArtefact: see `check_sources`.
    """
    check_sources(job)
    write(job, output, lambda partial: job.settings.compute(job, partial), time.perf_counter())


def check_sources(job: Job) -> None:
    """Check that every input is the artefact it should be, and the task the one that the key names.

    Raises:
        BadArtefact: an input is missing, altered, or belongs to other settings; the task was edited.
    """
    for path, key in job.inputs:
        check(path, key)
    job.settings.check_unchanged()


def write(
    job: Job,
    output: Path,
    compute: Callable[[Path], object],
    start: float,
    device: str | None = None,
    weakened: Sequence[Weakness] = (),
) -> None:
    """Write an artefact and its stamp, whole or not at all, if what it is made from is as it was.

    Args:
        job: what is computed.
        output: where it belongs.
        compute: writes it to the path it is given.
        start: when computing began, by time.perf_counter.
        device: see `write_stamp`.
        weakened: what weakens it that was noted before.
    """

    def compute_and_stamp(partial: Path) -> None:
        with noted(job, output) as found:
            compute(partial)
        check_sources(job)
        weak = [*weakened, *found, *of_inputs(map(read_stamp, job.files))]
        write_stamp(output, partial, job, time.perf_counter() - start, device, weak)

    write_atomically(output, compute_and_stamp)


def run_or_exit(job: Job, output: Path) -> None:
    """`run` for a process of its own: what goes wrong ends it with one line, and stands in its log."""
    try:
        run(job, output)
    except (BadArtefact, TaskError, TrainingFailed, ValueError) as error:
        log.exception("%s failed", output)
        fail(f"{output}: {error}")
