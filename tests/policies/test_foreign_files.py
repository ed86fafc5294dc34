"""A file that somebody sent cannot run code, and one that is cut short or foreign is told in one line."""

import pickle
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.experiment.parquet import read_parquet, write_parquet
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.policies.base import Policy
from sobolev_diffusion.solver.demonstrations import Demonstrations

LOADERS = {".npz": Demonstrations.load, ".safetensors": Policy.load, ".parquet": read_parquet}


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture(params=LOADERS)
def suffix(request):
    return request.param


def refused(path):
    with pytest.raises(BadArtefact) as error:
        LOADERS[path.suffix](path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_pickles_are_refused_and_not_run(tmp_path, suffix):
    mark = tmp_path / "ran"
    path = tmp_path / f"sent{suffix}"
    path.write_bytes(pickle.dumps(Bomb(mark)))
    refused(path)
    if suffix == ".npz":
        np.savez(path, instance=np.array([Bomb(mark)], dtype=object))
        refused(path)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Bomb(mark)))
    assert mark.exists()


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04" + bytes(100), b"PAR1" + bytes(20), bytes(1000)]
)
def test_foreign_content_is_told(tmp_path, suffix, content):
    path = tmp_path / f"sent{suffix}"
    path.write_bytes(content)
    refused(path)


def whole(folder, suffix):
    """An intact file of each kind."""
    path = folder / f"whole{suffix}"
    if suffix == ".npz":
        arrays = {field.name: np.random.default_rng(0).random(1000) for field in fields(Demonstrations)}
        Demonstrations(**arrays).save(path)
    elif suffix == ".safetensors":
        Policy.kinds["direct"](PolicyConfig(kind="direct"), 1, 3).save(path)
    else:
        write_parquet(path, pd.DataFrame({"cost": np.random.default_rng(0).random(1000)}))
    return path


def test_a_file_that_is_cut_short_is_told(tmp_path, suffix):
    path = whole(tmp_path, suffix)
    LOADERS[suffix](path)
    content = path.read_bytes()
    for share in (0.1, 0.5, 0.99):
        path.write_bytes(content[: int(share * len(content))])
        refused(path)


def test_a_missing_file_is_told(tmp_path, suffix):
    refused(tmp_path / f"nowhere{suffix}")
