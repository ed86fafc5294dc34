"""What is fitted to the demonstrations before training: float64 buffers, read as arrays when predicting."""

from __future__ import annotations

from typing import cast

import numpy as np
from torch import Tensor, nn


class Fitted(nn.Module):
    """A module whose buffers are used by NumPy."""

    def _array(self, name: str) -> np.ndarray:
        # a module's attributes cost more than the arithmetic
        return cast(dict[str, Tensor], self._buffers)[name].cpu().numpy()
