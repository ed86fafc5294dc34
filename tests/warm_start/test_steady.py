"""What is timed is the second call."""

from itertools import count

from sobolev_diffusion.warm_start import steady


def test_the_second_call_is_timed(monkeypatch):
    calls = []
    monkeypatch.setattr(steady.time, "perf_counter", lambda: 10.0 * len(calls))
    assert steady.timed(lambda: calls.append(0) or len(calls)) == (2, 10.0)


def test_both_solves_are_in_one_process_that_is_not_this_one():
    calls = count(1)
    assert steady.solved(lambda: next(calls)) == 2
    assert next(calls) == 1
