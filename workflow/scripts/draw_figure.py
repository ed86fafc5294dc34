"""Draw one figure."""

from pathlib import Path

from sobolev_diffusion.figures.draw import draw

draw(
    snakemake.params.settings,
    [
        (Path(path), *identity)
        for path, identity in zip(snakemake.input.artefacts, snakemake.params.identities)
    ],
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
