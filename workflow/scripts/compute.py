"""One job of the workflow: compute an artefact with its stamp."""

import logging
from pathlib import Path

from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.experiment.run_job import run_or_exit

logging.basicConfig(filename=snakemake.log[0], level=logging.INFO, format="%(message)s")
job = dict(snakemake.params.job)
keys = job.pop("input_keys")
run_or_exit(
    Job(**job, inputs=list(zip(map(Path, snakemake.input), keys)), workers=snakemake.threads),
    Path(snakemake.output.artefact),
)
