"""One random stream for each (purpose, task, seed, instance): derived from the names, never shared."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(purpose: str, *coordinates: str | int) -> np.random.Generator:
    """A generator whose numbers depend on these names alone, not on the order or number of jobs."""
    name = "/".join(str(part) for part in (purpose, *coordinates))
    entropy = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    return np.random.default_rng(entropy)


def torch_seed(purpose: str, *coordinates: str | int) -> int:
    """A seed for a torch.Generator, derived the same way."""
    return int(stream(purpose, *coordinates).integers(2**62))
