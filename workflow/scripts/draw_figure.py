"""Draw one figure."""

from pathlib import Path

from sobolev_diffusion.figures.draw import draw

draw(
    snakemake.params.settings,
    list(zip(map(Path, snakemake.input.artefacts), snakemake.params.input_keys)),
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
