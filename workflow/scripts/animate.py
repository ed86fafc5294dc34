"""Write one animation."""

from pathlib import Path

from sobolev_diffusion.figures.animation import animate

animate(
    (Path(snakemake.input.artefact), snakemake.params.key),
    snakemake.params.title,
    snakemake.params.shown,
    Path(snakemake.output[0]),
)
