"""Captions name seeds, instances and the like by placeholders, which are filled from the settings."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter
from typing import Any

from sobolev_diffusion.config.experiments import ExperimentConfig
from sobolev_diffusion.experiment.configuration import Config

Values = dict[str, str]


def filled(config: Config) -> Config:
    """The configuration with every placeholder of a caption replaced.

    {seeds}: the seeds that all experiments of the drawing have; {instances}: evaluation instances of each;
    {n_traj}, {epochs}: of its experiments, the longest training; {action_length}: its T_a;
    {timed_instances}: how many instances are timed.

    Raises:
        ValueError: a placeholder that is none of these, or that says nothing about this drawing.
    """
    sections: dict[str, dict[str, Any]] = {"figures": {}, "tables": {}}
    for section, drawings in sections.items():
        for name, drawing in getattr(config, section).items():
            caption = _fill(f"{section}.{name}.caption", drawing.caption, _values(config, drawing))
            drawings[name] = drawing.model_copy(update={"caption": caption})
    return config.model_copy(update=sections)


def _fill(key: str, caption: str, values: Values) -> str:
    try:
        names = [name for _, name, _, _ in Formatter().parse(caption) if name is not None]
    except ValueError as error:
        raise ValueError(f"{key}: {error}; write {{{{ and }}}} for braces") from None
    for name in names:
        if name not in values:
            raise ValueError(f"{key}: nothing to put for {{{name}}}; there are {', '.join(sorted(values))}")
    return caption.format(**values)


def _values(config: Config, drawing: Any) -> Values:
    names = list(dict.fromkeys(_experiments(config, drawing)))
    shown = [config.experiments[name] for name in names]
    seeds = min((len(config.seeds_of(name)) for name in names), default=config.seeds)
    values = {"seeds": f"{seeds}", "instances": f"{config.evaluation.instances}"}
    if shown:
        values["n_traj"] = _listed(number for each in shown for number in each.n_traj)
    if trained := [each for each in shown if each.epochs]:
        values["epochs"] = _listed(_longest(each) for each in trained)
    if hasattr(drawing, "action_length"):
        values["action_length"] = f"{drawing.action_length}"
    timed = [config.timings[name].instances for name in _timings(drawing)]
    if hasattr(drawing, "timed_instances"):
        timed.append(drawing.timed_instances)
    if timed:
        values["timed_instances"] = _listed(timed)
    return values


def _experiments(config: Config, drawing: Any) -> Iterable[str]:
    """Names of the experiments that a drawing shows."""
    if hasattr(drawing, "experiment"):
        yield drawing.experiment
    yield from getattr(drawing, "experiments", ())
    for rows in ("variants", "panels"):
        yield from (row.experiment for row in getattr(drawing, rows, {}).values())
    yield from (config.timings[name].experiment for name in _timings(drawing))


def _timings(drawing: Any) -> list[str]:
    return [*([drawing.timing] if hasattr(drawing, "timing") else []), *getattr(drawing, "timings", ())]


def _longest(experiment: ExperimentConfig) -> int:
    """Of its trainings, those of diffusion policies where there are any."""
    return max(experiment.epochs.get("diffusion") or experiment.epochs["direct"])


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(f"{number}" for number in sorted(set(numbers)))
