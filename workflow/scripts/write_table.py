"""Write one table."""

from pathlib import Path

from sobolev_diffusion.figures.draw import tabulate

tabulate(
    snakemake.params.settings,
    list(zip(map(Path, snakemake.input.artefacts), snakemake.params.input_keys)),
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
