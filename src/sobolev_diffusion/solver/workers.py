"""Call a function on every item in processes that may die: each item gets an answer, or the reason why not.

A solver can crash its process (it has freed memory after a NaN) or never come back. Here that costs the item
it happened on, and no other. Processes are forked: they start in milliseconds, inherit the task as it is (so
that problems are built where they are solved, and nothing but answers is pickled), and run nothing of
`__main__` again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")

TIMEOUT = 600.0  # s for one item: far beyond any solve that still gets anywhere
_ORPHAN_CHECK = 5.0  # s between looks at whether the parent is alive

_worker = False  # whether this process is one
_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Failure:
    """Why an item has no answer, in one line."""

    reason: str


def call_on_all(
    function: Callable[[int], Answer], count: int, *, workers: int = 1, timeout: float = TIMEOUT
) -> list[Answer | Failure]:
    """[function(0), .., function(count - 1)], each computed in a worker process.

    An item whose worker is killed, exceeds the timeout or raises gets a `Failure`; the others are computed
    as if nothing had happened. Items do not see each other's random state or results, so the answers do not
    depend on the number of workers.

    Args:
        function: called in a forked process; its answers must be picklable.
        count: number of items.
        workers: processes at a time.
        timeout: seconds for one item.
    """
    answers: dict[int, Answer | Failure] = {}
    waiting = deque(range(count))
    pool = [_Worker(function, timeout) for _ in range(min(workers, count))]
    try:
        while len(answers) < count:
            for worker in pool:
                if worker.item is None and waiting:
                    worker.begin(waiting.popleft())
            for worker in _ready(pool):
                item, answer = worker.finish()
                answers[item] = answer
    finally:
        for worker in pool:
            worker.close()
    return [answers[item] for item in range(count)]


def in_worker() -> bool:
    """Whether this is a process of `call_on_all`, which may die and starts no others."""
    return _worker


class _Worker(Generic[Answer]):
    """One process at a time, replaced when it dies.

    Attributes:
        item: what it works on; None while it is idle.
        deadline: when it must have answered, on the monotonic clock.
    """

    def __init__(self, function: Callable[[int], Answer], timeout: float) -> None:
        self.function, self.timeout = function, timeout
        self.item: int | None = None
        self.deadline = float("inf")
        self._start()

    def _start(self) -> None:
        self.connection, other_end = _fork.Pipe()
        self.process = _fork.Process(
            target=_serve, args=(self.function, other_end, self.connection), daemon=True
        )
        # between a fork and its return Python drops what a signal raises
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        other_end.close()

    def begin(self, item: int) -> None:
        self.item, self.deadline = item, time.monotonic() + self.timeout
        self.connection.send(item)

    def finish(self) -> tuple[int, Answer | Failure]:
        """The item and its answer, once the process has answered, died, or run out of time."""
        assert self.item is not None
        item, self.item = self.item, None
        deadline, self.deadline = self.deadline, float("inf")
        if not self.connection.poll() and time.monotonic() >= deadline:
            self._replace()
            return item, Failure(f"no answer within {self.timeout:g} s")
        try:
            return item, self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            reason = _how_it_ended(self.process.exitcode)
            self._replace()
            return item, Failure(reason)

    def _replace(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _ready(pool: Iterable[_Worker[Answer]]) -> list[_Worker[Answer]]:
    """Wait for the workers that have answered, died, or run out of time."""
    busy: dict[Any, _Worker[Answer]] = {
        worker.connection: worker for worker in pool if worker.item is not None
    }
    left = min(worker.deadline for worker in busy.values()) - time.monotonic()
    ready = [busy[connection] for connection in wait(list(busy), max(left, 0.0))]
    return ready or [worker for worker in busy.values() if time.monotonic() >= worker.deadline]


def _serve(function: Callable[[int], Answer], connection: Connection, parents_end: Connection) -> None:
    """The worker's loop: an item in, an answer out."""
    global _worker
    _worker = True
    parents_end.close()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = os.getppid()
    while True:
        while not connection.poll(_ORPHAN_CHECK):
            if os.getppid() != parent:
                return
        try:
            item = connection.recv()
        except EOFError:
            return
        try:
            answer: Answer | Failure = function(item)
        except Exception as error:
            answer = Failure(f"{type(error).__name__}: {' '.join(str(error).split())}")
        connection.send(answer)


def _how_it_ended(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"the process was killed by {signal.Signals(-exit_code).name}"
    return f"the process ended with status {exit_code}"
