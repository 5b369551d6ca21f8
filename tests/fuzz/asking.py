"""What holds for any text: it is a definition or an error that points into it, and that at once."""

from __future__ import annotations

import datetime as dt
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pandas as pd

from behavio_jupyter.errors import MisfitError, QueryTextError, UnknownNameError
from behavio_jupyter.query import Definition, Segment, parse, parse_part
from behavio_jupyter.query.check import Catalog, check
from behavio_jupyter.query.locate import locate
from behavio_jupyter.query.predicate import walk
from behavio_jupyter.query.rule import rule
from behavio_jupyter.query.text import KINDS, PARTS, grammar

Asked = TypeVar("Asked")

READ_AS = ("", *KINDS, *PARTS)
"""As what a text is read: by its first word, as a kind of question or as a part of one."""

MOST_SECONDS = 0.05
"""How long a text of 1 000 characters may take."""

_LOOP_SECONDS = 0.005
"""How long the plain loop takes where the limits were set."""

VARIABLES: dict[str, Any] = {
    "n": 3,
    "x": 2.5,
    "big": 10**5000,
    "inf": float("inf"),
    "yes": True,
    "nothing": None,
    "e": "visit",
    "odd": 'a "b"\n\\ {c}',
    "es": ["visit", "purchase"],
    "ns": pd.Series([1, 2]),
    "none": [],
    "mixed": {"b", 1, None},
    "span": "7d",
    "delta": dt.timedelta(hours=36),
    "day": dt.date(2026, 1, 31),
    "moment": pd.Timestamp("2026-01-31 10:30", tz="Europe/Berlin"),
    "gone": pd.NaT,
    "month": "month",
    "who": Segment(condition="did(a) and user.plan = 'pro'"),
    "then": Segment(condition="did(a)", reference="2026-01-01"),
    "parse": parse,
}


def ask(text: str, read_as: str = "", *, seconds: float = MOST_SECONDS) -> None:
    """Put a text to the language; fail where it does anything but answer or point at a place.

    Parameters
    ----------
    text : str
    read_as : str
        One of ``READ_AS``.
    seconds : float
        How long 1 000 characters may take to read, or to be found wrong.
    """
    grammar()  # making the parser is not what is timed
    limit = seconds * max(len(text), 1000) / 1000
    if read_as in PARTS:
        part = in_time(lambda: _pointed(lambda: parse_part(read_as, text), text), limit)
        if part is not None:
            _same(part, parse_part(read_as, str(part)), text)
        return
    kind: Any = read_as or None
    definition = in_time(lambda: _pointed(lambda: parse(text, VARIABLES, kind=kind), text), limit)
    if definition is None:
        return
    assert isinstance(definition, Definition), repr(definition)
    _same(definition, parse(str(definition)), text)
    _sentences(rule(definition))
    for catalog in (known(definition), Catalog(())):
        in_time(lambda catalog=catalog: _checked(definition, catalog, text, kind), limit)


def _slowness() -> float:
    """Return how often as long a loop takes here as where the limits were set."""
    began = time.thread_time()
    sum(hash(str(number)) % 7 for number in range(20_000))
    return (time.thread_time() - began) / _LOOP_SECONDS


def in_time(work: Callable[[], Asked], limit: float) -> Asked:
    """Return what some work gives; fail where it takes longer each of six times.

    Counted is the processor's time of this thread. A processor that is slower, or shared, has
    longer: as much longer as it takes for a plain loop.
    """
    taken = []
    for _ in range(6):
        began = time.thread_time()
        result = work()
        taken.append(time.thread_time() - began)
        if taken[-1] <= limit or taken[-1] <= limit * _slowness():
            return result
    raise AssertionError(f"This took {min(taken) * 1000:.0f} ms, more than {limit * 1000:.0f} ms.")


def known(definition: Definition) -> Catalog:
    """Return a catalog that has every name of a definition, so that nothing but names fits."""
    names = sorted(set(_names(definition)))
    kinds: Any = {
        name: ("text", "number", "boolean", "time")[zlib.crc32(name.encode()) % 4] for name in names
    }
    segments = {name: Segment(condition="did(any)") for name in names}
    return Catalog(tuple(names), kinds, kinds, segments, has_sessions=len(names) % 2 == 0)


def _names(definition: Definition) -> Iterator[str]:
    for node in walk(definition):
        for field in ("name", "names", "property", "same", "segment", "event"):
            value = getattr(node, field, None)
            yield from [value] if isinstance(value, str) else ()
            yield from value if isinstance(value, tuple) else ()


def _pointed(read: Callable[[], Asked], text: str) -> Asked | None:
    """Return what is read, or None where an error says where and why not."""
    try:
        return read()
    except QueryTextError as error:
        _points(error, text)
        return None


def _points(error: QueryTextError, text: str) -> None:
    assert error.text == text
    assert 0 <= error.position <= len(text), error.position
    _sentences(error.args[0])
    assert error.args[0].splitlines() == [error.args[0]]
    assert str(error).startswith(error.args[0])


def _sentences(message: str) -> None:
    assert message.endswith((".", "?", "…")), message


def _same(definition: Any, back: Any, text: str) -> None:
    assert back == definition, text
    assert repr(back) == repr(definition), text  # tells 1 from True and 1.0, and 0 from -0.0
    assert str(back) == str(definition), text


def _checked(definition: Definition, catalog: Catalog, text: str, kind: Any) -> None:
    try:
        check(definition, catalog)
        return
    except (UnknownNameError, MisfitError) as caught:
        error = caught
    _sentences(str(error))
    located = locate(error, text, VARIABLES, kind=kind)
    _points(located, text)
    rest = text[located.position :]
    spells = (error.name, '"', "{") if isinstance(error, UnknownNameError) else ""
    assert rest.startswith(spells), f"{error} is not at {rest!r}"
