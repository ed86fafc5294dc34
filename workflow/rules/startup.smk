# Before anything else: is what lies in the results what it says, and did an earlier run end by force?
import fcntl

from snakemake.logging import logger

from sobolev_diffusion.experiment.circumstances import PACKAGE, other_checkout
from sobolev_diffusion.experiment.housekeeping import leftovers, settle_times
from sobolev_diffusion.experiment.verify import verify
from sobolev_diffusion.files import BadArtefact, remove

LOCKS = Path(".snakemake/locks")


def hold_folder():
    """Hold this folder, beside others who do, for the life of this process; none where that is not possible."""
    try:
        LOCKS.parent.mkdir(exist_ok=True)
        held = (LOCKS.parent / "in_use").open("w")
        fcntl.flock(held, fcntl.LOCK_SH)
    except OSError:
        return None  # another user's, or a file system without such locks
    return held


def forget_killed_runs():
    """Remove the locks that a killed run left behind.

    The kernel lets go of a file lock when a process dies, however it dies: who gets it for itself alone
    knows that no other run is alive, and Snakemake's own locks, if any, are stale.
    """
    try:
        fcntl.flock(HELD, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass  # another run is alive
    else:
        stale = list(LOCKS.glob("*.lock"))
        for lock in stale:
            lock.unlink()
        if stale:
            logger.info("An earlier run was killed; continuing it.")
    fcntl.flock(HELD, fcntl.LOCK_SH)


@functools.cache
def put_in_order():
    """Once, before the first job of a run; looking at the plan changes nothing.

    Called when Snakemake asks for inputs: it does not know yet which of the two it is to do when it reads this.
    """
    if not workflow.is_main_process or workflow.executor_plugin is None or workflow.dryrun:
        return
    if HELD:
        forget_killed_runs()
    try:
        for each in leftovers(Path(RESULTS), CACHE):
            remove(each)
        settle_times(Path(RESULTS))
    except BadArtefact as error:
        raise fault(str(error)) from None
    for section, name, _ in CONFIG.drawings():
        forget(files_of(section, name), identity_of(section, name))
    missing = [path for path in map(place_of, PLAN.artefacts()) if not path.exists()]
    ENDING.begin(missing, [files_of(section, name).record for section, name in WHY])


def verify_results():
    """Every artefact is the one that its name and stamp say, or this run ends here."""
    try:
        faults = verify(Path(RESULTS), CACHE, ledger=Path(RESULTS) / ".verified.json").faults
    except BadArtefact as error:
        faults = [str(error)]
    if faults:
        raise fault("\n".join(faults))


if workflow.is_main_process:
    if other_checkout():
        logger.warning(f"The code that runs is not this folder's: {PACKAGE}. Results say so.")
    HELD = hold_folder()
    verify_results()
