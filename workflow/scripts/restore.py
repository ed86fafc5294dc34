"""Copy one frozen artefact to its readable name."""

import sys
from pathlib import Path

from sobolev_diffusion.experiment.cache import restore
from sobolev_diffusion.files import BadArtefact

try:
    restore(Path(snakemake.input[0]), snakemake.params.key, Path(snakemake.output.artefact))
except BadArtefact as error:
    sys.exit(str(error))
