"""The text of a timeline: whose events are looked at, and which of them."""

from __future__ import annotations

import numpy as np
import pytest

from behavio_jupyter import datasets
from behavio_jupyter.errors import DefinitionError, QueryTextError, UnknownNameError
from behavio_jupyter.query import Timeline, parse
from behavio_jupyter.query.check import Catalog, check
from behavio_jupyter.query.locate import locate

QUOTES = "The id of a user stands in single quotes, as in "


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("timeline", Timeline()),
        ("%timeline '00004'", Timeline(user="00004")),
        ("timeline 00004 for big", Timeline(user="00004", segment="big")),
        ("TIMELINE WITH 'it''s' only \"a b\"", Timeline(event="a b", text="it's")),
        ("timeline {who}", Timeline(user=7)),
    ],
)
def test_it_is_read(text, shown):
    assert parse(text, {"who": np.int64(7)}) == shown


@pytest.mark.parametrize(
    ("text", "says", "at"),
    [
        ("timeline a3f9", f"{QUOTES}'a3f9'.", "a3f9"),
        ("timeline 4d-3 with 'x'", f"{QUOTES}'4d-3'.", "4d-3"),
        ("timeline a@b.org", f"{QUOTES}'a@b.org'.", "a@b.org"),
        ('timeline "a b"', f"{QUOTES}'a b'.", '"a b"'),
        ("timeline 4d3f only x", f"{QUOTES}'4d3f'.", "4d3f"),
        ("timeline 'a' fro big", "Found 'fro' here; did you mean 'for'?", "fro"),
        ("timeline 'a' for did(x)", "A timeline takes saved segments: save this one", "("),
        ("timeline 'a' with b", "Found 'b' here; expected a text in single quotes such as", "b"),
        ("timeline 'a' only b only c", "'only' is said twice.", "only c"),
        ("timelin 'a'", "There is no question 'timelin'; did you mean 'timeline'?", "timelin"),
        ("timeline ''", "'user' of Timeline should have at least 1 character, not ''.", "''"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_its_place(text, says, at):
    with pytest.raises(QueryTextError) as caught:
        parse(text)
    assert caught.value.args[0].startswith(says)
    assert caught.value.position == text.rindex(at)


@pytest.mark.parametrize(
    ("text", "says", "at"),
    [
        ("timeline 'x' only crt", "There is no event 'crt'; the nearest is 'cart'.", "crt"),
        ("timeline for bg", "There is no segment 'bg'; the nearest is 'big'.", "bg"),
    ],
)
def test_names_that_a_log_does_not_have_are_pointed_at(text, says, at):
    catalog = Catalog(("visit", "cart"), segments={"big": parse("did(cart)", kind="segment")})
    with pytest.raises(UnknownNameError, match=says) as caught:
        check(parse(text), catalog)
    assert locate(caught.value, text).position == text.index(at)


def test_a_user_is_pointed_at():
    error = UnknownNameError("user", "it's", ["its"])
    assert locate(error, "timeline 'it''s' only cart").position == len("timeline ")
    assert locate(error, " 'it''s'", kind="timeline").position == 1


def test_it_is_no_question_to_count():
    log = datasets.cdnow()
    for asked in ("timeline '00004'", Timeline(user="00004")):
        with pytest.raises(DefinitionError, match=r"show it with %timeline or UserTimeline, or"):
            log.run(asked)
