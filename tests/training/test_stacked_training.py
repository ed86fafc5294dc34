"""Several policies trained at once against each trained alone."""

import gc
import weakref
from itertools import pairwise

import numpy as np
import pytest
import torch
import yaml
from clones import DRAWN, TINY, copy_workflow, planned, snakemake
from configurations import project
from native_cases import make_batch, make_policy, relative
from safetensors.torch import load_file
from test_torch_training import LOSSES, draws_for, flat

from sobolev_diffusion.cli import main
from sobolev_diffusion.config import MethodConfig, SolverConfig, TaskConfig, TrainingConfig
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.run_job import run
from sobolev_diffusion.experiment.stamps import read_stamp
from sobolev_diffusion.experiment.verify import verify
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.selection import select
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.minibatches import Minibatches, TrainingInput
from sobolev_diffusion.training.stacked.side_by_side import join
from sobolev_diffusion.training.stacked.stacked_minibatches import StackedMinibatches
from sobolev_diffusion.training.stacked.stacked_trainer import StackedTrainer
from sobolev_diffusion.training.stacked.train_together import train_together
from sobolev_diffusion.training.torch_trainer import TorchTrainer
from sobolev_diffusion.training.train import Trained, train
from sobolev_diffusion.training.training_failed import TrainingFailed

SEEDS = (3, 4, 5)


def make_policies(case, count):
    """Policies of one architecture with different weights."""
    policies = [make_policy(case) for _ in range(count)]
    for seed, policy in enumerate(policies):
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in policy.network.parameters():
                parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return policies


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", ["noise", "one-level", "odd-perceptron"])
def test_gradients_are_those_of_each_policy_alone(case, loss):
    policies, sobolev = make_policies(case, 3), LOSSES[loss]
    batches = [make_batch(policy, 6, seed) for seed, policy in enumerate(policies)]
    draws = [draws_for(policy, batch, sobolev, seed) for policy, batch, seed in zip(policies, batches, SEEDS)]
    losses, gradients = StackedTrainer(policies, TrainingConfig(), sobolev, [1] * 3).gradient(
        join(batches), join(draws)
    )
    for row, policy in enumerate(policies):
        alone = TorchTrainer(policy, TrainingConfig(), sobolev, 1)
        plain, term = alone.losses(batches[row], draws[row])
        alone.losses.total(plain, term).backward()
        expected = {name: p.grad for name, p in policy.network.named_parameters()}
        assert list(gradients) == list(expected)
        assert relative(flat({name: g[row] for name, g in gradients.items()}), flat(expected)) < 1e-5
        torch.testing.assert_close(losses[row], torch.stack([plain, term]).detach(), rtol=1e-5, atol=0)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", ["noise", "odd-perceptron"])
def test_a_step_keeps_to_its_device_and_reads_no_number(case, loss):
    # "meta" has shapes and no numbers: what would break the capture of a CUDA graph is an error there
    policies, sobolev = make_policies(case, 2), LOSSES[loss]
    batches = [make_batch(policy, 3) for policy in policies]
    draws = [draws_for(policy, batch, sobolev) for policy, batch in zip(policies, batches)]
    trainer = StackedTrainer(policies, TrainingConfig(), sobolev, [2, 2], "meta")
    losses = trainer.step(join(batches), join(draws))
    assert losses.device.type == "meta"
    assert losses.shape == (2, 2)


def test_a_policy_is_trained_with_its_own_last_step():
    policies = make_policies("odd-perceptron", 3)
    trainer = StackedTrainer(policies, TrainingConfig(), None, [2, 4, 1])

    def snapshot():
        return [flat(dict(policy.network.named_parameters())).detach() for policy in policies]

    weights = [snapshot()]
    for running in ([0, 1, 2], [0, 1], [1], [1]):
        assert trainer.running == running
        batches = [make_batch(policies[0], 4, seed) for seed in running]
        draws = [draws_for(policies[0], batch, None) for batch in batches]
        losses = trainer.step(join(batches), join(draws))
        assert losses.shape == (len(running), 2)
        weights.append(snapshot())
    assert trainer.running == []
    changed = [[not torch.equal(a, b) for a, b in zip(*pair)] for pair in pairwise(weights)]
    assert changed == [
        [False, False, True],
        [True, False, False],
        [False, False, False],
        [False, True, False],
    ]


def test_what_cannot_be_stacked_is_an_error():
    with pytest.raises(ValueError, match="architectures"):
        StackedTrainer([make_policy("noise"), make_policy("one-level")], TrainingConfig(), None, [1, 1])
    with pytest.raises(ValueError, match="1 policies with 2 numbers of steps"):
        StackedTrainer([make_policy("noise")], TrainingConfig(), None, [1, 1])
    trainer = StackedTrainer(make_policies("noise", 2), TrainingConfig(), None, [1, 1])
    batch = make_batch(trainer.policies[0], 4)
    with pytest.raises(ValueError, match="1 batches and 1 draws for 2 policies"):
        trainer.step(join([batch]), join([draws_for(trainer.policies[0], batch, None)]))


@pytest.fixture(scope="module")
def pendulum():
    """A task and converged runs of it."""
    task = make_task("pendulum", TaskConfig())
    return task, select(collect(task, SolverConfig(), 0, range(4)))


METHODS = {
    # more than a channel a group: else biases have a gradient of nothing but rounding
    "U-Net": {"policy": {"unet": {"hidden_dims": (8, 16), "step_embedding_dim": 8, "groups": 4}}},
    "perceptron": {"policy": {"kind": "direct", "mlp": {"hidden_dims": (16, 16)}}},
}


def small_method(kind):
    return MethodConfig.model_validate(
        {
            **METHODS[kind],
            "sobolev": {"weight": 0.01},
            "training": {
                "engine": "torch",
                "warmup_steps": 5,
                "batch_size": 16,
                "history_noise": 0.1,
            },
        }
    )


@pytest.mark.parametrize("kind", METHODS)
def test_trained_together_as_each_alone(pendulum, kind):
    task, runs = pendulum
    method = small_method(kind)
    before = train(task, runs, method, 1, seed=9).policy
    given = [
        TrainingInput(runs.take(np.arange(2)), 5, before),
        TrainingInput(runs, 6),
        TrainingInput(runs.take(np.arange(1)), 7),
    ]
    epochs = 2 if kind == "U-Net" else 1
    together = dict(train_together(task, given, method, epochs))
    assert list(together) == [2, 0, 1]  # as they are done
    for index, each in enumerate(given):
        alone = train(task, each.demonstrations, method, epochs, each.seed, each.before)
        assert len(alone.plain) == len(together[index].plain)
        np.testing.assert_allclose(together[index].plain, alone.plain, rtol=1e-4)
        np.testing.assert_allclose(together[index].sobolev, alone.sobolev, rtol=1e-4)
        states = [trained.policy.network.state_dict() for trained in (together[index], alone)]
        assert relative(flat(states[0]), flat(states[1])) < 1e-4


@pytest.mark.parametrize("share", [0.0, 0.5])
@pytest.mark.parametrize("kind", METHODS)
def test_minibatches_cut_from_one_stack_are_those_of_each_alone(pendulum, kind, share):
    task, runs = pendulum
    method = small_method(kind)
    training = method.training.model_copy(update={"first_chunk_share": share})
    method = method.model_copy(update={"training": training})
    given = [TrainingInput(runs.take(np.arange(count)), seed) for count, seed in ((2, 5), (4, 6), (1, 7))]
    sets = [Minibatches(task, each, method, 2) for each in given]
    together = StackedMinibatches([each.chunks for each in sets], [each.drawn() for each in sets], "cpu")
    alone = [iter(Minibatches(task, each, method, 2)) for each in given]
    for running in ([0, 1, 2], [0, 1], [1]):
        batch, draws = together.next(running)
        batches, of_each = zip(*(next(alone[index]) for index in running))
        for found, expected in ((batch, join(batches)), (draws, join(of_each))):
            assert all(torch.equal(getattr(found, name), each) for name, each in tensors(expected))


def test_what_is_drawn_keeps_no_hold_of_the_chunks(pendulum):
    task, runs = pendulum
    minibatches = Minibatches(task, TrainingInput(runs, 5), small_method("perceptron"), 1)
    chunks, drawn = weakref.ref(minibatches.chunks.chunk_jacobian), minibatches.drawn()
    next(drawn)
    del minibatches
    gc.collect()
    assert chunks() is None


def tensors(parts):
    """Names and tensors of a batch or of draws."""
    return [(name, each) for name, each in vars(parts).items() if isinstance(each, torch.Tensor)]


def test_a_training_that_fails_does_not_stop_the_others(pendulum):
    task, runs = pendulum
    broken = train(task, runs, small_method("perceptron"), 1, seed=0).policy
    with torch.no_grad():
        broken.network[0].bias[0] = torch.nan
    given = [TrainingInput(runs, 1, broken), TrainingInput(runs, 2)]
    together = dict(train_together(task, given, small_method("perceptron"), 1))
    assert isinstance(together[0], TrainingFailed)
    assert isinstance(together[1], Trained)
    assert np.isfinite(together[1].plain).all()


EXPERIMENT = {
    **TINY,
    "experiments": {
        "pendulum": {
            "methods": ["sob_mlp", "sob_diff"],
            "n_traj": [2, 4],
            "epochs": {"diffusion": [3], "direct": [1]},
            "action_lengths": [8],
        }
    },
}


def test_the_workflow_takes_what_was_trained_together(tmp_path, monkeypatch, capsys):
    copy_workflow(tmp_path)
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump({**EXPERIMENT, "cache": "off"}))
    monkeypatch.chdir(tmp_path)
    command = ["train-together", "pendulum", "--config", "tiny.yaml", "--device", "cpu"]
    plan = Plan(project("tiny.yaml", folder=tmp_path))
    results = tmp_path / plan.config.results
    policies = plan.experiments.policies("pendulum", 1)

    def compute(artefact, output):
        run(artefact.job([results / each.file for each in artefact.inputs]), output)

    assert main(command) == 0
    assert capsys.readouterr().out == "0 policies to train whose demonstrations are there\n"
    for artefact in {each.file: each for policy in policies for each in policy.inputs}.values():
        compute(artefact, results / artefact.file)
    assert main(command) == 0
    count, *paths = capsys.readouterr().out.splitlines()
    assert count.startswith("4 policies")
    assert sorted(paths) == sorted(str(results.relative_to(tmp_path) / each.file) for each in policies)
    assert verify(results, tmp_path / "cache").faults == []
    for artefact in policies:
        ordinary = tmp_path / "ordinary" / artefact.file
        compute(artefact, ordinary)
        assert relative(flat(load_file(results / artefact.file)), flat(load_file(ordinary))) < 1e-4
        stamps = [read_stamp(path) for path in (results / artefact.file, ordinary)]
        assert stamps[0]["inputs"] == stamps[1]["inputs"]
        assert stamps[0]["device"].endswith("2 policies together")
    code, output = snakemake(tmp_path, "-n", "--configfile", "tiny.yaml", "--", DRAWN[0])
    assert code == 0, output
    assert planned(output)["evaluation"] > 0
    assert "policy" not in planned(output)
    assert main(command) == 0
    assert capsys.readouterr().out.startswith("0 policies")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_the_remedy_is_named():
    with pytest.raises(SystemExit, match="ordinary workflow"):
        main(["train-together", "pendulum"])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("case", ["noise", "one-level", "odd-perceptron"])
def test_a_captured_graph_does_what_the_processor_does(case, loss):
    sobolev, totals = LOSSES[loss], [4, 8, 6]
    trained = []
    for device in ("cpu", "cuda"):
        policies = make_policies(case, 3)
        trainer = StackedTrainer(policies, TrainingConfig(warmup_steps=3), sobolev, totals, device)
        losses = []
        while trainer.running:
            seeds = [3 * trainer.done + index for index in trainer.running]
            batches = [make_batch(policies[0], 6, seed) for seed in seeds]
            draws = [draws_for(policies[0], each, sobolev, seed) for each, seed in zip(batches, seeds)]
            losses.append(trainer.step(join(batches), join(draws)).cpu())
        weights = torch.cat([flat(dict(policy.network.named_parameters())) for policy in policies])
        trained.append((torch.cat(losses), weights.detach()))
    torch.testing.assert_close(trained[1][0], trained[0][0], rtol=1e-3, atol=1e-6)
    assert relative(trained[1][1], trained[0][1]) < 1e-3
