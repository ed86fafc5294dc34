"""Which chunks a minibatch is made of."""

import numpy as np
import pytest
import torch
from configurations import project

from sobolev_diffusion.policies import make_policy
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.chunks import prepare
from sobolev_diffusion.training.minibatches import Minibatches, TrainingInput

CONFIG = project()
TASK = CONFIG.tasks["ur5_small_fixed"]


@pytest.fixture(scope="module")
def task():
    return make_task("ur5_small_fixed", TASK)


@pytest.fixture(scope="module")
def demonstrations(task):
    return collect(task, TASK.cold, 0, range(3))


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0.0, 0.05), (0.5, 0.4, 0.6), (1.0, 1.0, 1.0)])
def test_share_of_first_chunks(task, demonstrations, share, low, high):
    method = CONFIG.method("ur5_small_fixed", "diff")
    training = method.training.model_copy(update={"first_chunk_share": share, "history_noise": 0.0})
    method = method.model_copy(update={"training": training})
    every = prepare(task, demonstrations, make_policy(task, method.policy), None).everything.chunk
    starts = len(every) // len(demonstrations)
    first = every[::starts]
    assert len(first) == len(demonstrations)
    minibatches = Minibatches(task, TrainingInput(demonstrations, 0), method, epochs=20)
    drawn = torch.cat([batch.chunk for batch, _ in minibatches])
    of_first = np.array([(chunk == first).flatten(1).all(1).any() for chunk in drawn])
    assert low <= of_first.mean() <= high
    chosen = {int((chunk == first).flatten(1).all(1).int().argmax()) for chunk in drawn[of_first]}
    assert not share or chosen == set(range(len(first)))
