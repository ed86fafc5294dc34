"""Draw one figure."""

from pathlib import Path

from sobolev_diffusion.figures.draw import draw

draw(
    snakemake.params.settings,
    [(Path(p), *identity) for p, identity in zip(snakemake.input.artefacts, snakemake.params.identities)],
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
