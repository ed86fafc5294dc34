"""One job of the workflow: compute an artefact with its stamp."""

import logging
from dataclasses import replace
from pathlib import Path

from sobolev_diffusion.experiment.run_job import run_or_exit

logging.basicConfig(filename=snakemake.log[0], level=logging.INFO, format="%(message)s")
logging.captureWarnings(True)
run_or_exit(replace(snakemake.params.job, workers=snakemake.threads), Path(snakemake.output.artefact))
