# The last that a run says is what went wrong, and before it what weakens what it made.
import atexit
import os
import sys
from pathlib import Path

from sobolev_diffusion.experiment import ending

from snakemake.exceptions import WorkflowError

FAILURES = Path(".snakemake/failures").resolve()
os.environ[ending.PLACE] = str(FAILURES)  # to jobs, which run in processes of their own
ENDING = ending.Ending(FAILURES)


def fault(text):
    """The error that something keeps this run from what was asked for."""
    ENDING.fault(text)
    return WorkflowError(text)


def say_how_it_ended():
    lines = ENDING.lines()
    if lines:
        print(*lines, sep="\n", file=sys.stderr, flush=True)


if workflow.is_main_process:
    atexit.register(say_how_it_ended)
