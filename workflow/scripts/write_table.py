"""Write one table."""

from pathlib import Path

from sobolev_diffusion.figures.draw import tabulate

tabulate(
    snakemake.params.settings,
    [
        (Path(path), *identity)
        for path, identity in zip(snakemake.input.artefacts, snakemake.params.identities)
    ],
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
