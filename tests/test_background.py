"""Work beside the caller's thread, of which only the newest is wanted."""

from __future__ import annotations

import threading

from behavio_jupyter.background import Background
from behavio_jupyter.interrupts import Interrupted, current_task


def test_newer_work_calls_off_the_one_that_runs_and_drops_those_that_wait():
    background, begun, taken = Background(), threading.Event(), []

    def long():
        begun.set()
        while True:
            current_task().go_on()

    background.do(long, taken.append, taken.append)
    assert begun.wait(10)
    background.do(lambda: "dropped", taken.append, taken.append)
    background.do(lambda: "newest", taken.append, taken.append)
    assert background.wait(10)
    assert taken[-1] == "newest"
    assert all(one in ("dropped", "newest") for one in taken)


def test_each_work_ends_in_one_of_three_ways():
    background, begun, ends = Background(), threading.Event(), []

    def ask(number, work):
        told = (ends.append, (number, "then")), (ends.append, (number, "failed"))
        background.do(
            work,
            lambda _: told[0][0](told[0][1]),
            lambda _: told[1][0](told[1][1]),
            lambda: ends.append((number, "called off")),
        )

    def long():
        begun.set()
        while True:
            current_task().go_on()

    ask(1, long)
    assert begun.wait(10)
    ask(2, lambda: None)
    ask(3, lambda: 1 / 0)
    assert background.wait(10)
    ask(4, lambda: None)
    assert background.wait(10)
    assert sorted(number for number, _ in ends) == [1, 2, 3, 4]
    assert dict(ends) == {1: "called off", 2: dict(ends)[2], 3: "failed", 4: "then"}
    assert dict(ends)[2] in ("called off", "then")


def test_errors_are_told_and_work_goes_on():
    background, failures, taken = Background(), [], []
    background.do(lambda: 1 / 0, taken.append, failures.append)
    assert background.wait(10)
    background.do(lambda: 1, taken.append, failures.append)
    assert background.wait(10)
    assert [type(failure) for failure in failures] == [ZeroDivisionError]
    assert taken == [1]


def test_what_was_called_off_is_not_told():
    background, begun, taken = Background(), threading.Event(), []
    go = threading.Event()

    def slow():
        begun.set()
        go.wait(10)
        return "old"

    background.do(slow, taken.append, taken.append)
    assert begun.wait(10)
    background.call_off()
    go.set()
    assert background.wait(10)
    assert taken == []


def test_what_is_done_with_an_answer_may_be_called_off_and_work_goes_on():
    background, begun, taken = Background(), threading.Event(), []

    def show(_found):
        begun.set()
        while True:
            current_task().go_on()

    background.do(lambda: "old", show, taken.append)
    assert begun.wait(10)
    background.do(lambda: "new", taken.append, taken.append)
    assert background.wait(10)
    assert taken == ["new"]


def test_an_error_of_what_is_done_with_an_answer_is_told_and_the_next_is_done():
    background, told = Background(), []

    def fails(_found):
        raise ValueError("no")

    background.do(lambda: 1, fails, told.append)
    assert background.wait(10)
    assert [str(error) for error in told] == ["no"]
    background.do(lambda: 2, told.append, told.append)
    assert background.wait(10)
    assert told[-1] == 2


def test_what_is_interrupted_by_nobody_is_told():
    background, failures = Background(), []

    def interrupted():
        raise Interrupted("The store was busy.")

    background.do(interrupted, failures.append, failures.append)
    assert background.wait(10)
    assert [str(one) for one in failures] == ["The store was busy."]


def test_who_would_wait_for_itself_is_told():
    background, failures = Background(), []
    background.do(background.wait, print, failures.append)
    assert background.wait(10)
    assert str(failures[0]) == "What is waited for here is done once this is through."
