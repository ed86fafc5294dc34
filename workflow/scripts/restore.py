"""Copy one frozen artefact to its readable name."""

from pathlib import Path

from sobolev_diffusion.experiment.cache import restore
from sobolev_diffusion.experiment.ending import fail
from sobolev_diffusion.files import BadArtefact

try:
    source, key = snakemake.params.frozen
    restore(Path(source), key, Path(snakemake.output.artefact))
except BadArtefact as error:
    fail(str(error))
