# The last that a run says is what went wrong, and before it what weakens what it made.
import atexit
import os
import sys
from pathlib import Path

from sobolev_diffusion.experiment import ending

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

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


TABLES = []


def first_table(record):
    """A dry run gives the table of its jobs twice, before and after their list: it is said once."""
    if getattr(record, "event", None) is not LogEvent.RUN_INFO:
        return True
    TABLES.append(record)
    return len(TABLES) == 1


if workflow.is_main_process:
    logger.addFilter(first_table)
    atexit.register(say_how_it_ended)
