"""What a fit tells while it runs, on the error stream."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from tqdm import tqdm


class Progress:
    """Lines of what is being done, and a bar of solved training instances.

    Args:
        shown: nothing is said otherwise.
    """

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._start = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def say(self, line: str) -> None:
        """A line, after the time since the beginning."""
        self._close()
        if self._shown:
            minutes, seconds = divmod(int(time.monotonic() - self._start), 60)
            print(f"{minutes:3d}:{seconds:02d} {line}", file=sys.stderr, flush=True)

    def advance(self, done: int, total: int) -> None:
        """That so many of the training instances have been solved."""
        if not self._shown:
            return
        if self._bar is None:
            tqdm.monitor_interval = 0  # no thread of its own: processes are forked meanwhile
            self._bar = tqdm(
                total=total, unit="solve", leave=False, disable=None
            )  # None: where nobody is watching
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
