"""Write one table."""

from pathlib import Path

from sobolev_diffusion.figures.draw import tabulate

tabulate(
    snakemake.params.settings,
    [(Path(p), *identity) for p, identity in zip(snakemake.input.artefacts, snakemake.params.identities)],
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
