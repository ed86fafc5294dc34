"""Captions name seeds, instances and the like by placeholders, which are filled from the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

from sobolev_diffusion.config import Computation, ExperimentConfig


def filled(key: str, caption: str, values: Mapping[str, str]) -> str:
    """A caption with every placeholder replaced.

    Args:
        key: of the caption in the configuration, for messages.
        caption: as written.
        values: what can be put for a placeholder, by name.

    Raises:
        ValueError: a placeholder that is none of these, or a brace that begins or ends none.
    """
    try:
        names = [name for _, name, _, _ in Formatter().parse(caption) if name is not None]
    except ValueError as error:
        raise ValueError(f"{key}: {error}; write {{{{ and }}}} for braces") from None
    for name in names:
        if name not in values:
            raise ValueError(f"{key}: nothing to put for {{{name}}}; there are {', '.join(sorted(values))}")
    return caption.format(**values)


def listed(numbers: Iterable[int]) -> str:
    """Each once, the smallest first: 1, 3 and 5."""
    *others, largest = sorted(set(numbers))
    return f"{', '.join(map(str, others))} and {largest}" if others else f"{largest}"


def of_experiments(config: Computation, names: Iterable[str]) -> dict[str, str]:
    """seeds: those that all of some experiments have; instances: of the evaluation; n_traj, epochs: of the
    experiments, the longest training; samples: rollouts that guesses are chosen among."""
    names = list(dict.fromkeys(names))
    shown = [config.experiments[name] for name in names]
    seeds = min((len(config.seeds_of(name)) for name in names), default=config.seeds)
    values = {"seeds": f"{seeds}", "instances": f"{config.evaluation.instances}"}
    if shown:
        values["n_traj"] = listed(number for each in shown for number in each.n_traj)
    if trained := [each for each in shown if each.epochs]:
        values["epochs"] = listed(_longest(each) for each in trained)
    if chosen := [each for each in shown if each.guess.samples > 1]:
        values["samples"] = listed(each.guess.samples for each in chosen)
    return values


def of_timings(config: Computation, names: Iterable[str]) -> dict[str, str]:
    """Those of their experiments, and timed_instances: how many instances are timed."""
    timings = [config.timings[name] for name in names]
    return {
        **of_experiments(config, [each.experiment for each in timings]),
        "timed_instances": listed(each.instances for each in timings),
    }


def _longest(experiment: ExperimentConfig) -> int:
    """Of its trainings, those of diffusion policies where there are any."""
    return max(experiment.epochs.get("diffusion") or experiment.epochs["direct"])


def as_rst(text: str) -> str:
    """A caption as one paragraph of reStructuredText without mark-up: a directive in it, such as `raw` or
    `include`, is text."""
    return re.sub(r"([^\w\s])", r"\\\1", " ".join(text.split()))
