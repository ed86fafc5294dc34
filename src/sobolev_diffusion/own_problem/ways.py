"""The four ways to start the solver. Loads nothing: the command line asks here which there are."""

from __future__ import annotations

from typing import Literal

Way = Literal["alone", "nearest", "policy", "cheaper"]
WAYS: tuple[Way, ...] = ("alone", "nearest", "policy", "cheaper")
TOLD: dict[Way, str] = {
    "alone": "starts from the task's own guess, for nothing else saved iterations",
    "nearest": "starts from the nearest demonstration, followed with its gains",
    "policy": "starts from a rollout of the policy",
    "cheaper": "starts from a rollout of the policy or the nearest demonstration, whichever costs less",
}
