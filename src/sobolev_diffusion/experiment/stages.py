"""The jobs of the workflow: read the inputs of one artefact, compute it, write it with its stamp."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sobolev_diffusion.config import (
    ContinuationConfig,
    InterplayConfig,
    MethodConfig,
    ReferenceConfig,
    SolverConfig,
    WarmConfig,
)
from sobolev_diffusion.experiment.parquet import write_parquet
from sobolev_diffusion.experiment.stamps import check, machine, write_stamp
from sobolev_diffusion.figures.trajectories import paths
from sobolev_diffusion.files import BadArtefact, write_atomically
from sobolev_diffusion.policies import load_policy
from sobolev_diffusion.policies.nearest import NearestDemonstration
from sobolev_diffusion.solver.best_known import best_known
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.solver.continuation import collect_from_neighbours
from sobolev_diffusion.solver.demonstrations import Demonstrations
from sobolev_diffusion.solver.selection import Chunk, collecting, learnt
from sobolev_diffusion.tasks.base import Task, TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.instances import EVALUATION, TRAINING, evaluation_noise, evaluation_thetas
from sobolev_diffusion.tasks.random_streams import torch_seed
from sobolev_diffusion.tasks.registry import task_from_settings
from sobolev_diffusion.training.minibatches import TrainingInput
from sobolev_diffusion.training.train import TrainingFailed, train
from sobolev_diffusion.warm_start.evaluate import evaluate, evaluate_runs
from sobolev_diffusion.warm_start.refine import collect_warm
from sobolev_diffusion.warm_start.rollout import roll_out
from sobolev_diffusion.warm_start.timing import time_policies

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One artefact to compute, as the plan describes it.

    Attributes:
        stage, key, settings: of the artefact.
        labels: columns that identify it in tables.
        inputs: files to read and the key each must have.
        workers: processes that solve side by side; the artefact does not depend on it.
    """

    stage: str
    key: str
    settings: dict[str, Any]
    labels: dict[str, Any]
    inputs: Sequence[tuple[Path, str]]
    workers: int = 1


def run(job: Job, output: Path) -> None:
    """Compute an artefact and write it, whole or not at all.

    Raises:
        BadArtefact: an input is missing, altered, or belongs to other settings.
    """
    check_inputs(job)
    write(job, output, lambda partial: _STAGES[job.stage](job, partial), time.perf_counter())


def check_inputs(job: Job) -> None:
    """Check that every input is the artefact it should be.

    Raises:
        BadArtefact: one is missing, altered, or belongs to other settings.
    """
    for path, key in job.inputs:
        check(path, key)


def write(
    job: Job, output: Path, compute: Callable[[Path], object], start: float, device: str | None = None
) -> None:
    """Write an artefact and its stamp, whole or not at all.

    Args:
        job: what is computed.
        output: where it belongs.
        compute: writes it to the path it is given.
        start: when computing began, by time.perf_counter.
        device: see `write_stamp`.
    """

    def compute_and_stamp(partial: Path) -> None:
        compute(partial)
        write_stamp(
            output,
            partial,
            stage=job.stage,
            key=job.key,
            settings=job.settings,
            labels=job.labels,
            inputs=[path for path, _ in job.inputs],
            seconds=time.perf_counter() - start,
            device=device,
        )

    write_atomically(output, compute_and_stamp)


def task_of(settings: dict[str, Any]) -> Task:
    """The task that settings of an artefact describe, checked.

    Raises:
        TaskError: there is no such task, or it does not do what a task should.
    """
    task = task_from_settings(settings["task"])
    check_task(task)
    return task


def _demonstrations(job: Job, output: Path) -> None:
    s = job.settings
    numbers = range(s["first"], s["first"] + s["count"])
    task = task_of(s)
    paths = [path for path, _ in job.inputs]
    if "continuation" in s:
        solver, rules = WarmConfig(**s["solver"]), ContinuationConfig(**s["continuation"])
        known = _each_once([Demonstrations.load(path) for path in paths], before=numbers.stop)
        runs = collect_from_neighbours(task, solver, rules, known, numbers.start, job.workers)
    elif paths:
        solver, policy = WarmConfig(**s["solver"]), load_policy(paths[0])
        runs = collect_warm(task, policy, solver, s["seed"], numbers, s["action_length"], job.workers)
    else:
        purpose = EVALUATION if s.get("purpose") == "evaluation" else TRAINING
        runs = collect(task, SolverConfig(**s["solver"]), s["seed"], numbers, job.workers, purpose)
    runs.save(output)


def _each_once(sets: Sequence[Demonstrations], before: int) -> Demonstrations:
    """All instances below a number; where several sets have one, the run of the first of them."""
    runs = Demonstrations.concatenate(list(sets))
    _, index = np.unique(runs.instance, return_index=True)
    return runs.take(index[runs.instance[index] < before])


def _policy(job: Job, output: Path) -> None:
    s = job.settings
    given, method = training_input(job), MethodConfig(**s["method"])
    if method.policy.kind == "nearest":
        runs = given.demonstrations
        NearestDemonstration(runs.theta, runs.xs, runs.us, runs.gains).save(output)
    else:
        task, runs = task_of(s), given.demonstrations
        train(task, runs, method, s["epochs"], given.seed, given.before).policy.save(output)


def training_input(job: Job) -> TrainingInput:
    """What the policy of a job learns from."""
    s = job.settings
    rules = InterplayConfig(**s.get("interplay", {}))
    iteration = s.get("iteration", 1)
    paths = [path for path, _ in job.inputs]
    before = None
    if iteration > 1 and not rules.reset:
        before = load_policy(paths.pop())
    chunks = chunks_of(paths, s.get("chunks", [(0, s["instances"])]))
    chosen = learnt(chunks, rules)
    log.info("%d of %d instances to learn from", len(chosen), sum(len(cold) for cold, _ in chunks))
    seed = torch_seed("training", job.labels["task"], job.labels["seed"], iteration)
    return TrainingInput(chosen, seed, before)


def chunks_of(paths: Sequence[Path], instances: Sequence[tuple[int, int]]) -> list[Chunk]:
    """What iterations collected: cold runs, and warm ones where there are any.

    Args:
        paths: the blocks of cold solves that hold the instances, then the warm solves of later iterations.
        instances: first and last (exclusive) of each iteration.
    """
    sets = [Demonstrations.load(path) for path in paths]
    needed = {number for first, last in instances for number in range(first, last)}
    covered: set[int] = set()
    blocks = []
    while not needed <= covered:
        blocks.append(sets.pop(0))
        covered |= set(blocks[-1].instance.tolist())
    cold = Demonstrations.concatenate(blocks)
    none = [None] * (len(instances) - len(sets))
    return [
        (cold.take((cold.instance >= first) & (cold.instance < last)), warm)
        for (first, last), warm in zip(instances, [*none, *sets], strict=True)
    ]


def _collection(job: Job, output: Path) -> None:
    s = job.settings
    rules = InterplayConfig(**s["interplay"])
    chunks = chunks_of([path for path, _ in job.inputs], s["chunks"])
    _write_labelled(job, collecting(chunks, rules), output)


def _evaluation(job: Job, output: Path) -> None:
    s = job.settings
    task = task_of(s)
    ((source, _),) = job.inputs
    if "action_lengths" in s:
        table = evaluate(
            task,
            load_policy(source),
            WarmConfig(**(s["solver"] or {})),
            s["seed"],
            s["instances"],
            s["action_lengths"],
            refine=s["solver"] is not None,
            workers=job.workers,
        )
    else:
        table = evaluate_runs(task, Demonstrations.load(source))
    _write_labelled(job, table, output)


def _write_labelled(job: Job, table: pd.DataFrame, output: Path) -> None:
    labels = pd.DataFrame({name: [value] * len(table) for name, value in job.labels.items()})
    write_parquet(output, pd.concat([labels, table], axis=1))


def _reference(job: Job, output: Path) -> None:
    s = job.settings
    cold, warm = SolverConfig(**s["cold"]), WarmConfig(**s["warm"])
    search, ((alone, _),) = ReferenceConfig(**s["reference"]), job.inputs
    runs = Demonstrations.load(alone)
    table = best_known(task_of(s), runs, cold, warm, search, s["seed"], job.workers)
    _write_labelled(job, table, output)


def _paths(job: Job, output: Path) -> None:
    s = job.settings
    task, ((source, _),), count = task_of(s), job.inputs, s["instances"]
    numbers, thetas = range(count), evaluation_thetas(task, s["seed"], count)
    if "action_length" in s:
        generators = [evaluation_noise(task, s["seed"], number) for number in numbers]
        xs = roll_out(task, load_policy(source), thetas, s["action_length"], generators).xs
    else:
        xs = Demonstrations.load(source).xs[:count]
    _write_labelled(job, paths(task, numbers, thetas, xs), output)


def _timing(job: Job, output: Path) -> None:
    s = job.settings
    policies = {method: load_policy(path) for method, (path, _) in zip(s["methods"], job.inputs, strict=True)}
    cold, warm = SolverConfig(**s["cold"]), WarmConfig(**s["warm"])
    table = time_policies(task_of(s), policies, cold, warm, s["seed"], s["instances"], s["action_lengths"])
    write_parquet(output, table.assign(processor=machine()["processor"]))


_STAGES: dict[str, Callable[[Job, Path], None]] = {
    "demonstrations": _demonstrations,
    "collections": _collection,
    "policies": _policy,
    "evaluations": _evaluation,
    "timings": _timing,
    "references": _reference,
    "paths": _paths,
}


def run_or_exit(job: Job, output: Path) -> None:
    """`run` for a process of its own: what went wrong and is understood ends it with one line."""
    try:
        run(job, output)
    except (BadArtefact, TaskError, TrainingFailed, ValueError) as error:
        log.exception("%s failed", output)
        sys.exit(f"{output}: {error}")
