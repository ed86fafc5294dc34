"""Write the table of one figure's numbers."""

from pathlib import Path

from sobolev_diffusion.config import FigureConfig
from sobolev_diffusion.figures.draw import tabulate

tabulate(
    FigureConfig(**snakemake.params.settings),
    list(zip(map(Path, snakemake.input.evaluations), snakemake.params.input_keys)),
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
