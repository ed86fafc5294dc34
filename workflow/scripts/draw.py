"""Draw one figure, table or animation, and record what it shows."""

import logging
from pathlib import Path

from sobolev_diffusion.experiment.draw import draw_or_exit
from sobolev_diffusion.experiment.provenance import DrawnFiles

logging.basicConfig(filename=snakemake.log[0], level=logging.INFO, format="%(message)s")
logging.captureWarnings(True)
results, section = snakemake.params.place
draw_or_exit(
    DrawnFiles(Path(results), section, snakemake.wildcards.name),
    Path(snakemake.input.expected),
    [Path(path) for path in snakemake.params.sources],
    Path(snakemake.params.style),
)
