"""Files of artefacts with bytes that flipped, read in this process.

python tests/fuzz_files.py SEED FILES FOLDER: prints how many were loaded and how many refused. A refusal that
is not a BadArtefact of one line ends it; each file is named before it is read.
"""

import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from artefacts import by_hand

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.experiment.cache import Cache, freeze
from sobolev_diffusion.experiment.parquet import read_parquet, write_parquet
from sobolev_diffusion.experiment.parts import read_stamps, rows_of, stamps_path
from sobolev_diffusion.experiment.stamps import read_stamp, stamp_path, write_stamp
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations

HEAD = 2000  # bytes; most of what a reader believes of a file stands in its first and its last ones


def intact(folder: Path) -> list[tuple[Path, Callable[[], object]]]:
    """A file of each kind, and what reads it."""
    draw = np.random.default_rng(0)
    runs = folder / "runs.npz"
    Demonstrations(
        instance=np.arange(3),
        **{name: draw.random((3, 5)) for name in Demonstrations.__dataclass_fields__ if name != "instance"},
    ).save(runs)
    kinds = []
    for kind in ("direct", "diffusion"):
        kinds.append(folder / f"{kind}.safetensors")
        Policy.kinds[kind](PolicyConfig(kind=kind), 1, 3).save(kinds[-1])
    table = by_hand("evaluations", "task/method", task="task")
    rows, cache = folder / table.file, Cache(folder / "cache")
    text = ["", *(f"NaN in run {i}" for i in range(99))]
    write_parquet(rows, pd.DataFrame({"cost": draw.random(100), "error": text, "converged": 100 * [True]}))
    write_stamp(rows, rows, table.job([]), seconds=1.0)
    (part,) = freeze([table], folder, cache)
    return [
        (runs, lambda: Demonstrations.load(runs)),
        *((path, lambda path=path: Policy.load(path)) for path in kinds),
        (rows, lambda: read_parquet(rows)),
        (stamp_path(rows), lambda: read_stamp(rows)),
        (part, lambda: rows_of(part, table.key)),
        (stamps_path(part), lambda: read_stamps(part)),
    ]


def flipped(draw: random.Random, content: bytes) -> bytes:
    """The same with some bytes that are others."""
    changed, size = bytearray(content), len(content)
    regions = [(0, min(HEAD, size)), (max(0, size - HEAD), size), (0, size)]
    first, last = draw.choice(regions)
    for _ in range(draw.choice([1, 1, 2, 8, 64])):
        changed[draw.randrange(first, last)] = draw.choice([draw.randrange(256), 0, 0xFF])
    return bytes(changed)


def main(seed: int, count: int, folder: Path) -> None:
    draw = random.Random(seed)
    files = [(path, read, path.read_bytes()) for path, read in intact(folder)]
    loaded = refused = 0
    for i in range(count):
        path, read, content = files[i % len(files)]
        path.write_bytes(flipped(draw, content))
        print(i, path.name, flush=True)
        shutil.copy(path, folder / "last")  # to look at where this process ends
        try:
            read()
            loaded += 1
        except BadArtefact as error:
            if len(str(error).splitlines()) != 1:
                raise RuntimeError(f"{path}: refused in {error!r}") from error
            refused += 1
        path.write_bytes(content)
    print(f"loaded {loaded}, refused {refused}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
