"""Crashes, hangs and exceptions cost the item they happen on, and no other."""

import ctypes
import faulthandler
import os
import time

import numpy as np
import pytest

from sobolev_diffusion.solver.workers import Failure, call_on_all


def square(item):
    return item**2


def troubled(item):
    faulthandler.disable()  # no report of the crashes that are meant
    if item == 1:
        raise ValueError("a cost\nof two lines")
    if item == 3:
        os.abort()
    if item == 4:
        ctypes.string_at(0)
    if item == 5:
        os._exit(7)
    if item == 6:
        time.sleep(60)
    return np.full(100_000, float(item))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_answers_come_in_order_whatever_the_number_of_workers(workers):
    assert call_on_all(square, 20, workers=workers) == [item**2 for item in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_trouble_is_told_and_contained(workers):
    answers = call_on_all(troubled, 9, workers=workers, timeout=1.0)
    reasons = {item: answer.reason for item, answer in enumerate(answers) if isinstance(answer, Failure)}
    assert reasons == {
        1: "ValueError: a cost of two lines",
        3: "the process was killed by SIGABRT",
        4: "the process was killed by SIGSEGV",
        5: "the process ended with status 7",
        6: "no answer within 1 s",
    }
    for item in {0, 2, 7, 8}:
        np.testing.assert_array_equal(answers[item], float(item))


def test_no_items_no_processes():
    assert call_on_all(square, 0) == []


def test_starting_and_calling_is_cheap():
    start = time.perf_counter()
    call_on_all(square, 1000)
    assert time.perf_counter() - start < 2.0
