"""The stages of the workflow, each declared in one file: name, version, suffix, rule, typed settings, and
what is computed with these.

Looking at them needs no torch and no solver: what a stage computes with is imported when it computes.
"""

from sobolev_diffusion.experiment.job import Stage
from sobolev_diffusion.experiment.stages import (
    best_known,
    collections,
    demonstrations,
    evaluations,
    paths,
    policies,
    profiles,
    timings,
)

_FILES = (demonstrations, collections, policies, evaluations, best_known, paths, timings, profiles)

STAGES: dict[str, Stage] = {file.STAGE.name: file.STAGE for file in _FILES}
"""By name, in the order of the workflow."""
