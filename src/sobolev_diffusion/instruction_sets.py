"""Which compiled CPU kernels there are, and which of them compute.

They exist for several instruction sets, chosen at run time, and round differently; the environment variable
SOBOLEV_DIFFUSION_INSTRUCTION_SET overrides the choice.
"""

from __future__ import annotations

import os

INSTRUCTION_SET_VARIABLE = "SOBOLEV_DIFFUSION_INSTRUCTION_SET"


def instruction_sets() -> list[str]:
    """What the kernels were built for and this processor supports, fastest first; empty: not built."""
    try:
        from sobolev_diffusion import _native
    except ImportError:  # the package runs from its sources, unbuilt
        return []
    return _native.instruction_sets()


def default_instruction_set() -> str:
    """What the kernels use unless told otherwise; empty: not built."""
    return os.environ.get(INSTRUCTION_SET_VARIABLE, "") or next(iter(instruction_sets()), "")
