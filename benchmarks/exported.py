"""Predictions of exported C++ source against those of the native engine that it was taken from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.cpp_program import BUILD, SOURCE, CppProgram, compile_project
from benchmarks.policies import THREE_LEVELS, diffusion_policy, direct_policy
from sobolev_diffusion.instruction_sets import default_instruction_set
from sobolev_diffusion.policies import ChunkPolicy
from sobolev_diffusion.policies.export.cpp import export_cpp

BAR = 1.1
COUNT = 200


def comparisons() -> Iterator[Comparison]:
    for policy, label in ((diffusion_policy(), THREE_LEVELS), (direct_policy(), "perceptron")):
        with CppProgram(_compile(policy)) as program:
            yield Comparison(
                f"{COUNT} predictions of exported C++, one at a time: {label}",
                f"the native engine, called from Python, {default_instruction_set()}",
                partial(_exported, program),
                _native(policy),
                BAR,
                sense="share",
                clock="own",
                repetitions=40,
            )


def _exported(program: CppProgram) -> float:
    """Seconds of processor time of the predictions."""
    (seconds,) = program.ask(str(COUNT))
    return float(seconds)


def _native(policy: ChunkPolicy) -> Callable[[], float]:
    """Seconds of processor time of as many predictions, of what is normalised already."""
    rng = np.random.default_rng(0)
    shapes = ((policy.observation_dim,), (policy.history, policy.action_dim), policy.noise_shape)
    inputs = [rng.standard_normal((1, *shape), dtype=np.float32) for shape in shapes]
    assert policy.kernels
    predictor = policy.kernels.predictor()

    def work() -> float:
        start = time.process_time()
        for _ in range(COUNT):
            predictor.predict(*inputs)
        return time.process_time() - start

    return work


def _compile(policy: ChunkPolicy) -> Path:
    build = BUILD / "exported" / policy.kind
    export_cpp(policy, build / "source", "exported")
    compile_project(SOURCE / "exported", build / "build", f"-DEXPORTED={build / 'source'}")
    return build / "build/exported_policy"
