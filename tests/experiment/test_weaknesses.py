"""Weaknesses stand in the stamp of what they weaken, and of all that is made from it."""

import warnings

import pytest
from artefacts import KINDS

from sobolev_diffusion.experiment.job import Job
from sobolev_diffusion.experiment.keys import artefact_key
from sobolev_diffusion.experiment.run_job import write
from sobolev_diffusion.experiment.stamps import read_stamp
from sobolev_diffusion.experiment.weaknesses import of_inputs, summary
from sobolev_diffusion.weakened import weaken


def job(stage, *inputs):
    read = [(path, read_stamp(path)["key"]) for path in inputs]
    upstream = [key for _, key in read]
    settings = KINDS[stage](seed=0)
    key = artefact_key(stage, 1, settings.identity(), upstream)
    return Job(key, settings, upstream, {"task": "pendulum"}, read)


@pytest.fixture
def chain(tmp_path):
    """Two blocks of demonstrations, a policy made from both, an evaluation of that."""

    def computed(name, stage, lost, *inputs):
        def compute(partial):
            partial.write_text(name)
            weaken("solves ended without a result", lost, 10, "1 x a crash")

        path = tmp_path / name
        write(job(stage, *inputs), path, compute, 0.0)
        return path

    blocks = [computed(f"block{lost}", "demonstrations", lost) for lost in (0, 3, 7)]
    policy = computed("policy", "policies", 0, *blocks)
    return blocks, policy, computed("evaluation", "evaluations", 0, policy)


def test_they_are_handed_on_once(chain):
    blocks, policy, evaluation = chain
    assert "weakened" not in read_stamp(blocks[0])
    assert [each["lost"] for each in read_stamp(policy)["weakened"]] == [3, 7]
    assert read_stamp(evaluation)["weakened"] == read_stamp(policy)["weakened"]
    assert of_inputs(map(read_stamp, [evaluation, policy])) == read_stamp(policy)["weakened"]


def test_the_worst_of_a_kind_is_told(chain):
    blocks, _, evaluation = chain
    (line,) = summary(of_inputs(map(read_stamp, [evaluation, *blocks])))
    assert line == (
        "demonstrations of pendulum: 7 of 10 solves ended without a result: 1 x a crash "
        f"(the worst of 2, {blocks[2]})"
    )


def test_other_warnings_stay_warnings(tmp_path):
    def compute(partial):
        partial.write_text("x")
        warnings.warn("something else", UserWarning, stacklevel=1)

    with pytest.warns(UserWarning, match="something else"):
        write(job("demonstrations"), tmp_path / "block", compute, 0.0)
    assert "weakened" not in read_stamp(tmp_path / "block")
