# The plan of this configuration, and where each of its artefacts is read from.
import functools
import os
from collections.abc import Iterable
from pathlib import Path

from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.cache import CACHE, Cache, place_of as place
from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.config.inherit import merge
from sobolev_diffusion.experiment.housekeeping import make_folder
from sobolev_diffusion.experiment.looks import check_looks, check_pictures
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.read_configuration import (
    PROJECT,
    SUBJECTS,
    is_project,
    read,
    validate,
)
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.yaml_file import read_yaml

# One thread a job, jobs side by side: results then do not depend on --cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

STYLE = next(
    str(folder / "plotting.yaml")
    for folder in (PROJECT, Path(workflow.basedir) / PROJECT)
    if (folder / "plotting.yaml").is_file()
)

try:
    for given in workflow.configfiles:
        read_yaml(Path(given))  # what Snakemake has read by its own reader, which takes more for good
    CONFIG = validate(merge(read(), config))
    make_folder(Path(CONFIG.results))
    PLAN = Plan(CONFIG)
    PLAN.artefacts()
    check_looks(PLAN, Path(STYLE))
    check_pictures(PLAN)
except ConfigError as error:
    raise fault(str(error)) from None

# What the command line says comes on top of config/. As several `configfile:` Snakemake would put it between them,
# too, where it turns the order of rows around.
if is_project():
    workflow.configfiles.extend(str(PROJECT / f"{subject}.yaml") for subject in SUBJECTS)

RESULTS = CONFIG.results
FROZEN = Cache(CACHE)
COMPUTED_AGAIN: dict[str, bool] = {}


def place_of(artefact: Artefact) -> Path:
    """Where it is read from: its frozen copy, where the cache mode allows it and there is one, or computed."""
    take_frozen = CONFIG.cache != "off" and not computed_again(artefact)
    return place(artefact, Path(RESULTS), FROZEN if take_frozen else None)


def computed_again(artefact: Artefact) -> bool:
    """Whether `-R` names its rule or its file, or those of what it is computed from."""
    forced = workflow.dag_settings.forcerun if workflow.dag_settings else ()  # unknown while this is read
    if not forced:
        return False
    if artefact.file not in COMPUTED_AGAIN:
        own = STAGES[artefact.stage].rule, f"{RESULTS}/{artefact.file}"
        named = any(each in forced for each in own)
        COMPUTED_AGAIN[artefact.file] = named or any(map(computed_again, artefact.sources))
    return COMPUTED_AGAIN[artefact.file]


def computed_files(artefacts: Iterable[Artefact], again: bool = False) -> list[str]:
    """Places of those that are not frozen, for Snakemake to see to: those that `-R` asks for, or the others.

    What is frozen needs no job, and the times of its files are no reason for one to fail.
    """
    put_in_order()
    return [str(locate(each)) for each in artefacts if computed_again(each) == again and not is_frozen(each)]


def is_frozen(artefact: Artefact) -> bool:
    return place_of(artefact).is_relative_to(CACHE)


def locate(artefact: Artefact) -> Path:
    """The place of an input; an error where the cache mode asks for one that is not there."""
    path = place_of(artefact)
    if CONFIG.cache == "require" and not path.exists():
        raise fault(
            f"cache=require: {artefact.stage} {artefact.name} (key {artefact.key}) is not in {CACHE}; "
            "run with cache=prefer to compute it, then freeze it"
        )
    return path


def artefact_of(stage: str, name: str) -> Artefact:
    try:
        return PLAN.find(f"{stage}/{name}")
    except ConfigError as error:
        raise fault(str(error)) from None
