# Before anything else: is what lies in the results what it says, and did an earlier run end by force?
import fcntl

from snakemake.logging import logger

from sobolev_diffusion.experiment.verify import leftovers, verify

LOCKS = Path(".snakemake/locks")


def hold_folder():
    """Hold this folder for the life of this process; locks that a killed run left behind are removed.

    The kernel lets go of a file lock when a process dies, however it dies: who gets it for itself alone
    knows that no other run is alive, and Snakemake's own locks, if any, are stale.
    """
    LOCKS.parent.mkdir(exist_ok=True)
    held = (LOCKS.parent / "in_use").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass  # another run is alive
    except OSError:
        return None  # a file system without such locks: leave Snakemake's alone
    else:
        stale = list(LOCKS.glob("*.lock"))
        for lock in stale:
            lock.unlink()
        if stale:
            logger.info("An earlier run was killed; continuing it.")
        for partial in leftovers(Path(RESULTS)):
            partial.unlink()
    fcntl.flock(held, fcntl.LOCK_SH)
    return held


def verify_results():
    """Every artefact is the one that its name and stamp say, or this run ends here."""
    faults = verify(Path(RESULTS), Path(CACHE), ledger=Path(RESULTS) / ".verified.json").faults
    if faults:
        raise WorkflowError("\n".join(faults))


if workflow.is_main_process:
    HELD = hold_folder()
    verify_results()
