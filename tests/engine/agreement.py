"""What every agreement test does: ask the reference and the engine, compare all they say."""

from __future__ import annotations

import random
from typing import Any

import pytest

from behavio_jupyter.engine import Engine
from behavio_jupyter.engine.local import flows, parallel, sequences
from behavio_jupyter.query import Paths

from ..reference import answer as reference
from ..reference.log import Log
from .comparison import assert_same, assert_users, random_pick, with_moments
from .opening import local_engine, reference_log
from .strategies import Case


def check(case: Case) -> None:
    """The answers, and the users behind three numbers of each; half the time as of a large log."""
    log, engine = reference_log(case.log), local_engine(case.log)
    with pytest.MonkeyPatch.context() as patch:
        if case.seed % 2:
            in_pieces(patch, lists=case.seed % 4 == 3)
        for question in case.questions:
            agree(question, log, engine, case.log.timezone, case.seed)


def in_pieces(patch: pytest.MonkeyPatch, lists: bool) -> None:
    """Look at a log in ranges and blocks, and at a sample of it first, as at a large one.

    With ``lists``, flows are too many to lay out a counter for each.
    """
    patch.setattr(parallel, "_SMALL", 20)
    patch.setattr(sequences, "_BLOCK", 25)
    patch.setattr(flows, "_LARGE", 0)
    patch.setattr(flows, "_SAMPLED", 3)
    if lists:
        patch.setattr(flows, "_DENSE", 30)


def agree(
    question: Any, log: Log, engine: Engine, timezone: str, seed: int = 0, picks: int = 3
) -> None:
    try:
        compare(question, log, engine, timezone, random.Random(seed), picks)
    except Exception as error:
        error.add_note(f"asked: {question}")
        raise


def compare(
    question: Any, log: Log, engine: Engine, timezone: str, source: random.Random, picks: int
) -> None:
    expected = reference.answer(question, log)
    assert_same(engine.answer(question), expected, timezone)
    for number in range(picks):
        pick = random_pick(question, expected, source) if number else {}
        written = with_moments(question, pick, source, timezone)
        users = engine.members(question, written)
        try:
            assert_users(users, reference.members(question, pick, log))
        except AssertionError as error:
            error.add_note(f"picked: {written}")
            raise
        if not pick and isinstance(question, Paths):
            assert not engine.fewer(question, len(users))
            assert engine.fewer(question, len(users) + 1)
