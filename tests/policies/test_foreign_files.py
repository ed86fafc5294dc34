"""A file that somebody sent cannot run code, and one that is cut short or foreign is told in one line."""

import io
import json
import pickle
import resource
from dataclasses import fields
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pytest
from numpy.lib import format as npy
from safetensors.numpy import save

from sobolev_diffusion.config import PolicyConfig
from sobolev_diffusion.experiment.parquet import read_parquet, write_parquet
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.policies.base import HEADER, Policy
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


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize(
    ("size", "settings"),
    [
        ((10**9, 3), {"kind": "direct"}),
        ((10**9, 3), {"kind": "direct", "affine": True}),
        ((1, 10**9), {"kind": "diffusion"}),
        ((1, 3), {"kind": "diffusion", "diffusion_steps": 10**9}),
        ((1, 3), {"kind": "diffusion", "prediction_horizon": 2**30}),
        ((1, 3), {"kind": "direct", "mlp": {"hidden_dims": [10**9]}}),
        ((1, 3), {"kind": "direct", "mlp": {"hidden_dims": 32 * [16384]}}),
        ((-1, 3), {"kind": "direct"}),
    ],
)
def test_a_small_file_of_an_enormous_policy_is_refused_before_memory_is_asked_for(tmp_path, size, settings):
    whole(tmp_path, ".safetensors")  # what loading needs anyway
    header = {"kind": settings["kind"], "config": settings, "action_dim": size[0], "observation_dim": size[1]}
    path = tmp_path / "sent.safetensors"
    arrays = {"normalise_action.scale": np.ones(1, np.float32)}
    path.write_bytes(save(arrays, metadata={HEADER: json.dumps(header)}))
    assert path.stat().st_size < 1000
    before = peak_memory()
    refused(path)
    assert peak_memory() < before + 100 * 2**20


def test_a_small_file_that_unpacks_to_gigabytes_of_runs_is_refused_before_it_is_unpacked(tmp_path):
    path = whole(tmp_path, ".npz")
    with ZipFile(path, "a", ZIP_DEFLATED) as arrays:
        arrays.writestr("more.npy", npy_of_zeros(3 * 10**8))
    assert path.stat().st_size < 3 * 10**6
    before = peak_memory()
    refused(path)
    assert peak_memory() < before + 100 * 2**20


def npy_of_zeros(count):
    """A saved array of bytes."""
    file = io.BytesIO()
    npy.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (count,)})
    return file.getvalue() + bytes(count)


def test_many_runs_that_all_failed_are_loaded(tmp_path):
    """Zeros pack well."""
    arrays = {field.name: np.zeros((1000, 100)) for field in fields(Demonstrations)}
    path = tmp_path / "failed.npz"
    Demonstrations(**arrays).save(path)
    assert len(Demonstrations.load(path)) == 1000
