"""What is timed is what a process does that has done it before.

After a fork every page of memory is copied when it is first written to, and a first call loads code and packs
weights. A control loop pays for neither; here they would be half of the time of a UR5's rollout.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sobolev_diffusion.solver.solution import Solution
from sobolev_diffusion.solver.workers import Failure, call_on_all

Answer = TypeVar("Answer")


def timed(function: Callable[[], Answer]) -> tuple[Answer, float]:
    """Answer and seconds of the second of two calls."""
    function()
    start = time.perf_counter()
    answer = function()
    return answer, time.perf_counter() - start


def solved(solving: Callable[[], Solution]) -> Solution | Failure:
    """The second of two equal solves in a process of their own, which may die; seconds are those within."""
    (answer,) = call_on_all(lambda _: (solving(), solving())[1], 1)
    return answer
