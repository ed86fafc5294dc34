"""A function of tensors captured in a CUDA graph: its kernels are launched as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Inputs = dict[str, Tensor]
WARM_UP = 3  # runs before the capture, for what libraries set up when first called


class CapturedStep:
    """Capture a step on the current CUDA device, then replay it on other inputs of the same shapes.

    Args:
        step: named tensors -> one tensor; it does the same whatever the values of its inputs, and does not
            wait for the device.
        inputs: of the first call, on the device; only their shapes matter.
        state: what the step changes in place. It is as before when the capture is done.
    """

    def __init__(self, step: Callable[[Inputs], Tensor], inputs: Inputs, state: Sequence[Tensor]) -> None:
        self._inputs = {name: each.clone() for name, each in inputs.items()}  # where a replay reads
        before = [each.detach().clone() for each in state]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                step(self._inputs)
        torch.cuda.current_stream().wait_stream(stream)
        with torch.no_grad():
            for each, value in zip(state, before, strict=True):
                each.copy_(value)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._output = step(self._inputs)

    def __call__(self, inputs: Inputs) -> Tensor:
        """Replay. The output is a copy: the next replay overwrites what the graph wrote."""
        for name, each in inputs.items():
            self._inputs[name].copy_(each, non_blocking=True)
        self._graph.replay()
        return self._output.clone()
