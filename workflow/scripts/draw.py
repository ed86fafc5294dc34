"""Draw one figure, table or animation, and record what it shows."""

from pathlib import Path

from sobolev_diffusion.experiment.draw import draw_or_exit
from sobolev_diffusion.experiment.provenance import Drawing

results, section, suffixes = snakemake.params.place
draw_or_exit(
    Drawing(Path(results), section, snakemake.wildcards.name, tuple(suffixes)),
    Path(snakemake.input.expected),
    [Path(path) for path in snakemake.input.artefacts],
    Path(snakemake.input.style),
)
