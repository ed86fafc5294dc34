"""Draw one figure from its evaluations."""

from pathlib import Path

from sobolev_diffusion.config import FigureConfig
from sobolev_diffusion.figures.draw import draw

draw(
    FigureConfig(**snakemake.params.settings),
    snakemake.params.task,
    list(zip(map(Path, snakemake.input.evaluations), snakemake.params.input_keys)),
    Path(snakemake.input.style),
    Path(snakemake.output[0]).with_suffix(""),
)
