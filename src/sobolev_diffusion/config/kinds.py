"""The kinds of policies, told apart before one is made; what each predicts is told in `policies`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PolicyKind = Literal["diffusion", "direct", "nearest"]
TrainedKind = Literal["diffusion", "direct"]


@dataclass(frozen=True)
class Kind:
    """What the plan of a workflow asks of a kind.

    Attributes:
        trained: whether there is a network to train, for some epochs; otherwise the demonstrations themselves
            are the policy.
        predicts_chunks: whether it predicts several actions at once, T_a of which are applied; otherwise it
            looks at every state.
    """

    trained: bool
    predicts_chunks: bool


KINDS: dict[PolicyKind, Kind] = {
    "diffusion": Kind(trained=True, predicts_chunks=True),
    "direct": Kind(trained=True, predicts_chunks=False),
    "nearest": Kind(trained=False, predicts_chunks=False),
}
