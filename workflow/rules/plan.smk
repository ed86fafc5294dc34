# The plan of this configuration, and where each of its artefacts is read from.
import os
from pathlib import Path

from sobolev_diffusion.experiment import cache
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.config.inherit import merge
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import PROJECT, SUBJECTS, read, validate

from snakemake.exceptions import WorkflowError

# One thread a job, jobs side by side: results then do not depend on --cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

# What the command line says comes on top of config/. As several `configfile:` Snakemake would put it between them,
# too, where it turns the order of rows around.
workflow.configfiles.extend(str(PROJECT / f"{subject}.yaml") for subject in SUBJECTS)
try:
    CONFIG = validate(merge(read(), config))
    PLAN = Plan(CONFIG, Path(workflow.basedir))
    PLAN.artefacts()
except ConfigError as error:
    raise WorkflowError(str(error)) from None

RESULTS = CONFIG.results
CACHE = "results/cache"


def place_of(artefact: Artefact) -> str:
    """The frozen copy where the cache mode allows it and the key is there, else the file to compute."""
    return str(cache.place_of(artefact, Path(RESULTS), None if CONFIG.cache == "off" else Path(CACHE)))


def locate(artefact: Artefact) -> str:
    """The place of an input; an error where the cache mode asks for one that is not there."""
    path = place_of(artefact)
    if CONFIG.cache == "require" and not os.path.exists(path):
        raise WorkflowError(
            f"cache=require: {artefact.stage} {artefact.name} (key {artefact.key}) is not in {CACHE}; "
            "run with cache=prefer to compute it, then freeze it"
        )
    return path


def artefact_of(stage: str, name: str) -> Artefact:
    try:
        return PLAN.find(f"{stage}/{name}")
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
