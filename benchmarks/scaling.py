"""What scales and what does not: sizes, training, prediction and speed-up of every task, in one table.

    python -m benchmarks.scaling

Writes results/scaling.md. What a training and a prediction take is measured here on random numbers of the
task's sizes; what the solver takes and saves is read from results/tables/time_to_quality.csv.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import cast

import numpy as np
import pandas as pd
import torch

from benchmarks.comparison import Work
from benchmarks.policies import random_batch, tangent_dim
from sobolev_diffusion.config import MethodConfig, gradient_steps
from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.read_configuration import load
from sobolev_diffusion.figures.style import Style
from sobolev_diffusion.figures.time_to_quality_table import TimeToQualityTable
from sobolev_diffusion.policies import ChunkPolicy, make_policy
from sobolev_diffusion.tasks.base import Task
from sobolev_diffusion.tasks.registry import make_task
from sobolev_diffusion.training.gradient_step import draw
from sobolev_diffusion.training.train import make_trainer

ROOT = Path(__file__).parents[1]
TABLE, OUT = ROOT / "results/tables/time_to_quality.csv", Path(__file__).parent / "results/scaling.md"
METHODS = ("sob_diff_p", "sob_diff")  # the first of these that an experiment has
REPETITIONS = 30
HEADING = """# What scales and what does not

The tasks of `results/tables/time_to_quality.md` and what it says of them: seconds until a trajectory is
feasible and within 1% of the best known cost, medians over instances, and how many times as fast the warm
start is there. Beside that the sizes of each task and what its policy costs, one thread, on random numbers of
these sizes. A task that runs Algorithm 1 trains in each of its iterations; the last training is counted.
Written by `python -m benchmarks.scaling`.
"""


def rows(config: Config, style: Style, measured: pd.DataFrame) -> Iterator[dict[str, object]]:
    """A row per task of the table of time to a good trajectory."""
    drawn = cast(TimeToQualityTable, config.tables["time_to_quality"])
    for name in drawn.timings:
        timing = config.timings[name]
        experiment = config.experiments[timing.experiment]
        method = next(each for each in METHODS if each in experiment.methods)
        task = make_task(experiment.task, config.tasks[experiment.task])
        title = drawn.titles.get(name) or style.tasks[experiment.task]
        of_task = measured[measured.task == title].set_index("method")
        alone, warm = of_task.loc["TO alone"], of_task.loc[style.label(method)]
        settings = config.method(experiment.task, method)
        epochs = (experiment.last_epochs or experiment.epochs)["diffusion"][-1]
        yield {
            "task": title,
            "state": task.space.ndx,
            "action": task.action_dim,
            "T": task.horizon,
            "trajectories": timing.n_traj,
            **costs(task, settings, gradient_steps_of(task, settings, timing.n_traj, epochs)),
            "alone to 1% (s)": alone["seconds to 1%"],
            "warm to 1% (s)": warm["seconds to 1%"],
            "floor (s)": of_task.loc["floor"]["seconds to 1%"],
            "times as fast": warm["times as fast to 1%"],
        }


def gradient_steps_of(task: Task, method: MethodConfig, n_traj: int, epochs: int) -> int:
    chunk = method.policy.prediction_horizon
    return gradient_steps(epochs, n_traj * task.horizon, chunk, method.training.batch_size)


def costs(task: Task, method: MethodConfig, steps: int) -> dict[str, object]:
    """Of the task's policy: weights, what a training and a prediction take."""
    torch.manual_seed(0)
    policy = make_policy(task, method.policy).eval()
    prediction, step = milliseconds(prediction_of(policy)), milliseconds(training_step(task, policy, method))
    return {
        "weights": sum(each.numel() for each in policy.network.parameters()),
        "training (min)": f"{steps * step / 60e3:.2g}",
        "prediction (ms)": f"{prediction:.2g}",
    }


def prediction_of(policy: ChunkPolicy) -> Work:
    observation = np.zeros((1, policy.observation_dim))
    history = np.zeros((1, policy.history, policy.action_dim))
    noise = np.random.default_rng(0).normal(size=(1, *policy.noise_shape))
    return lambda: policy.predict(observation, history, noise)


def training_step(task: Task, policy: ChunkPolicy, method: MethodConfig) -> Work:
    sobolev, size = method.sobolev, method.training.batch_size
    directions = tangent_dim(task, sobolev)
    batch = random_batch(policy, size, directions)
    draws = draw(policy, size, directions, sobolev, torch.Generator().manual_seed(0))
    trainer = make_trainer(policy, method.training, sobolev, 10**9)
    return lambda: trainer.step(batch, draws)


def milliseconds(work: Work) -> float:
    """Median of the processor time of one call."""
    clock, times = time.process_time, []
    for repetition in range(REPETITIONS + 2):
        start = clock()
        work()
        if repetition > 1:  # caches, allocations
            times.append(1e3 * (clock() - start))
    return median(times)


def main() -> None:
    """Measure, and write the table."""
    torch.set_num_threads(1)
    style = Style.load(ROOT / "config/plotting.yaml")
    table = pd.DataFrame(rows(load(), style, pd.read_csv(TABLE)))
    OUT.write_text(f"{HEADING}\n{table.to_markdown(index=False, disable_numparse=True)}\n")
    print(OUT.read_text())


if __name__ == "__main__":
    main()
