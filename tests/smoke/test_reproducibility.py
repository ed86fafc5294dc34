"""What is computed here is what was computed before; and what is not is told."""

import copy
import math
import os
import subprocess
import sys

import pytest
from clones import ROOT

from sobolev_diffusion.experiment.reproducibility import TOLERANCE, compare
from sobolev_diffusion.instruction_sets import INSTRUCTION_SET_VARIABLE

FILE = "evaluations/one.parquet"
KEPT = {FILE: {"stage": "evaluations", "sha256": "0", "numbers": {"cost": [10.0, 20.0], "iterations": [3.0]}}}


def reproduced(**environment):
    """What the check prints, which must succeed."""
    check = [sys.executable, "-m", "sobolev_diffusion.cli", "check-reproducibility"]
    run = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, env=os.environ | environment)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "kind of machine" in run.stdout
    assert run.stdout.splitlines()[-1] == "reproduced"
    return run.stdout


def test_slice_and_kept_policies_are_reproduced():
    reproduced()


@pytest.mark.slow
def test_on_a_processor_without_wide_vectors_numbers_are_within_the_tolerances():
    assert "another kind of machine" in reproduced(**{INSTRUCTION_SET_VARIABLE: "portable"})


def test_the_same_bytes_are_no_difference():
    assert compare(KEPT, KEPT) == []


@pytest.mark.parametrize(
    ("cost", "tolerable"), [(20.0 * (1 + 0.5 * TOLERANCE["evaluations"]), True), (25.0, False)]
)
def test_other_bytes_are_measured_by_their_numbers(cost, tolerable):
    found = copy.deepcopy(KEPT)
    found[FILE] |= {"sha256": "1", "numbers": {"cost": [10.0, cost], "iterations": [3.0]}}
    (difference,) = compare(found, KEPT)
    assert difference.relative == pytest.approx(cost / 20 - 1)
    assert difference.tolerable == tolerable


def test_files_without_counterpart_and_other_numbers_are_never_tolerable():
    found = {"evaluations/other.parquet": KEPT[FILE]}
    assert [each.file for each in compare(found, KEPT)] == [FILE, "evaluations/other.parquet"]
    assert all(each.relative == math.inf and not each.tolerable for each in compare(found, KEPT))
    fewer = {FILE: {**KEPT[FILE], "sha256": "1", "numbers": {"cost": [10.0]}}}
    assert not compare(fewer, KEPT)[0].tolerable
