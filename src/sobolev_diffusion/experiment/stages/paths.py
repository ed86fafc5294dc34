"""Paths of the robot to draw."""

from __future__ import annotations

from pathlib import Path

from sobolev_diffusion.experiment.job import Job, Stage


def follow_paths(job: Job, output: Path) -> None:
    """Where the robot goes on the first evaluation instances, by a policy or by TO alone."""
    from sobolev_diffusion.experiment.parquet import write_labelled
    from sobolev_diffusion.figures.trajectories import paths
    from sobolev_diffusion.policies import Policy
    from sobolev_diffusion.solver.demonstrations import Demonstrations
    from sobolev_diffusion.tasks.instances import evaluation_noise, evaluation_thetas
    from sobolev_diffusion.warm_start.rollout import roll_out

    s = job.settings
    task, ((source, _),), count = job.task(), job.inputs, s["instances"]
    numbers, thetas = range(count), evaluation_thetas(task, s["seed"], count)
    if "action_length" in s:
        generators = [evaluation_noise(task, s["seed"], number) for number in numbers]
        xs = roll_out(task, Policy.load(source), thetas, s["action_length"], generators).xs
    else:
        xs = Demonstrations.load(source).xs[:count]
    write_labelled(output, job.labels, paths(task, numbers, thetas, xs))


STAGE = Stage(
    name="paths",
    rule="paths",
    suffix=".parquet",
    message="paths to draw",
    compute=follow_paths,
)
