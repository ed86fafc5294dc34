"""Killed at any moment, started again by the same command: the same bytes as an undisturbed run."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from clones import command, copy_workflow, digests, tiny

from sobolev_diffusion.experiment.housekeeping import leftovers
from sobolev_diffusion.experiment.verify import verify

KILLS = 20

pytestmark = pytest.mark.slow


def test_killed_runs_continue_and_give_the_same_bytes(tmp_path):
    rng = random.Random(0)
    undisturbed, disturbed = (copy_workflow(tmp_path / name) for name in ("undisturbed", "disturbed"))
    start = time.monotonic()
    subprocess.run(command(*tiny(undisturbed)), cwd=undisturbed, check=True)
    duration = time.monotonic() - start
    expected = digests(undisturbed / "results/tiny")
    assert {Path(name).suffix for name in expected} >= {".npz", ".safetensors", ".parquet", ".png", ".md"}

    arguments, results = tiny(disturbed), disturbed / "results/tiny"
    kills = 0
    while kills < KILLS:
        run = subprocess.Popen(command(*arguments), cwd=disturbed, start_new_session=True)
        try:
            status = run.wait(timeout=rng.uniform(0, duration))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            kills += 1
            assert verify(results, disturbed / "results/cache").faults == []
        else:
            assert status == 0
            assert digests(results) == expected
            shutil.rmtree(results)
    subprocess.run(command(*arguments), cwd=disturbed, check=True)
    assert digests(results) == expected
    assert leftovers(results, disturbed / "results/cache") == []
