"""Artefact keys: what an artefact is a function of, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

TASK_REVISION = {"ur5": 2, "quadrotor": 2, "quadrotor_columns": 3}
"""Of built-in tasks, by kind, where it is not the first: bumped when a task comes to mean something else; the
keys of all that is computed with it change."""

KEY_LENGTH = 16


def artefact_key(stage: str, version: int, settings: dict[str, Any], upstream: Sequence[str]) -> str:
    """sha256 of the canonical JSON of [stage, its version, its settings, the keys upstream], 16 hex digits.

    Args:
        stage, version: of the artefact.
        settings: only what the stage reads: its part of the configuration, task, method, seed, ...
        upstream: keys of the inputs, in order.
    """
    content = [stage, version, settings, list(upstream)]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:KEY_LENGTH]


def is_of_its_key(stamp: Mapping[str, Any], strict: bool = False) -> bool:
    """Whether settings and key of a stamp belong together.

    Args:
        stamp: see `stamps.write_stamp`.
        strict: False also where it does not tell, as older ones of what has inputs.
    """
    if "upstream" not in stamp and stamp.get("inputs") and not strict:
        return True
    upstream, version = stamp.get("upstream", []), stamp.get("version", 1)
    try:
        return stamp["key"] == artefact_key(stamp["stage"], version, stamp["settings"], upstream)
    except (KeyError, TypeError, ValueError):
        return False  # nothing that a configuration could say
