"""Artefact keys: what an artefact is a function of, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

STAGE_VERSION = {
    "demonstrations": 1,
    "collections": 1,
    "policies": 1,
    "evaluations": 1,
    "timings": 1,
    "references": 1,
    "paths": 1,
}
"""Bumped when the meaning of a stage's output changes; keys of the stage and of those after it change."""

TASK_REVISION = {"ur5": 2, "quadrotor": 2, "quadrotor_columns": 3}
"""Of built-in tasks, by kind, where it is not the first: bumped when a task comes to mean something else; the
keys of all that is computed with it change."""

KEY_LENGTH = 16


def artefact_key(stage: str, settings: dict[str, Any], upstream: Sequence[str]) -> str:
    """sha256 of the canonical JSON of [stage, its version, its settings, the keys upstream], 16 hex digits.

    Args:
        stage: one of STAGE_VERSION.
        settings: only what the stage reads: its part of the configuration, task, method, seed, ...
        upstream: keys of the inputs, in order.
    """
    content = [stage, STAGE_VERSION[stage], settings, list(upstream)]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:KEY_LENGTH]
