"""The text form of questions: what users type, widgets copy and definitions print."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Mapping
from importlib import resources
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import QueryTextError, nearest_hint
from .base import Definition

if TYPE_CHECKING:
    from lark import Lark, Tree

Kind = Literal["funnel", "retention", "paths", "trend", "segment", "timeline"]
Part = Literal[
    "events", "step", "property", "predicate", "condition", "expression", "breakdown", "range"
]

KINDS = ("funnel", "retention", "paths", "trend", "segment", "timeline")
PARTS = (
    "events",
    "step",
    "property",
    "predicate",
    "condition",
    "expression",
    "breakdown",
    "range",
)
_KIND = re.compile(rf"\s*(%{{0,2}})({'|'.join(KINDS)})(?![\w$])", re.IGNORECASE)
_MARKS = re.compile(r"""'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|#[^\n]*|[\[\]()'"]""", re.DOTALL)
_MOST_BRACKETS = 32


def parse(
    text: str, variables: Mapping[str, Any] | None = None, *, kind: Kind | None = None
) -> Definition:
    """Read a question from its text form; ``parse(str(d)) == d`` for every definition.

    Parameters
    ----------
    text : str
        Begins with ``funnel``, ``retention``, ``paths``, ``trend``, ``segment`` or ``timeline`` (a
        leading ``%`` is fine); a bare condition is a segment. Line breaks and ``# comments`` are
        allowed.
    variables : mapping, optional
        Python variables that ``{name}`` in the text may stand for.
    kind : {"funnel", "retention", "paths", "trend", "segment", "timeline"}, optional
        What ``text`` asks where the word itself was cut off, as after ``%funnel``.

    Returns
    -------
    Funnel, Retention, Paths, Trend, Segment or Timeline

    Raises
    ------
    QueryTextError
        Points at the place in ``text`` and says what was expected there.

    Examples
    --------
    >>> parse("funnel visit -> purchase[amount > {least}] within 7d", {"least": 20}).within
    Duration(amount=7, unit='d')
    """
    clean, start = asked(text, kind)
    bare = kind is None and start == "segment" and not _KIND.match(text)
    return _read(text, clean, start, variables, bare=bare)


def parse_part(part: Part, text: str) -> Any:
    """Read a part of a definition, such as one step, from its text form.

    Examples
    --------
    >>> parse_part("breakdown", "country top 5").top
    5
    """
    return _read(text, _without_comments(text), part, None)


@functools.cache
def grammar() -> Lark:
    """Return the parser, made once in a process.

    Making its tables takes a fifth of a second, so they are kept beside the compiled code of this
    module; Lark makes them anew where the grammar, its version or Python's is another.
    """
    from lark import Lark

    rules = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    kept = Path(cache_from_source(__file__)).with_name("grammar.tables")
    return Lark(
        rules,
        parser="lalr",
        start=[*KINDS, *PARTS],
        propagate_positions=True,
        maybe_placeholders=False,
        cache=str(kept) if kept.parent.is_dir() and not sys.dont_write_bytecode else False,
    )


def syntax(text: str, *, kind: Kind | None = None) -> Tree[Any]:
    """Return the syntax tree of a question that can be read."""
    return _tree(text, *asked(text, kind), bare=False)


def asked(text: str, kind: Kind | None) -> tuple[str, str]:
    """Return the text with its comments and first word blanked, and what it asks.

    Raises
    ------
    QueryTextError
        A quote is not closed, too many brackets are open, or it asks what there is not.
    """
    clean = _without_comments(text)
    if kind is not None:
        return clean, kind
    word = _KIND.match(clean)
    if word:
        return " " * word.end() + clean[word.end() :], word[2].lower()
    at = len(clean) - len(clean.lstrip())
    if clean.startswith("%", at):
        asked = re.match(r"%+(\w*)", clean[at:])
        name = asked[1] if asked else ""
        raise QueryTextError(f"There is no question {name!r}{nearest_hint(name, KINDS)}.", text, at)
    return clean, "segment"


def open_mark(text: str) -> int | None:
    """Return where the quote or comment begins in which a text ends.

    Examples
    --------
    >>> open_mark("visit -> 'it''s"), open_mark('"add to cart" -> # all'), open_mark("visit")
    (9, 17, None)
    """
    last = None
    for mark in _MARKS.finditer(text):
        # 'it''s is one text that is not closed, though 'it' is one that is.
        if mark[0] == "'" and last is not None and last[0][0] == "'" and last.end() == mark.start():
            return last.start()
        if mark[0] in ("'", '"') or (mark[0].startswith("#") and mark.end() == len(text)):
            return mark.start()
        last = mark
    return None


def _read(
    text: str, clean: str, start: str, variables: Mapping[str, Any] | None, *, bare: bool = False
) -> Any:
    from .read_questions import QuestionReader
    from .variables import Variables

    tree = _tree(text, clean, start, bare=bare)
    reader = QuestionReader(text, Variables(variables, text))
    return reader.expression(tree) if start == "expression" else reader.read(tree)


def _tree(text: str, clean: str, start: str, *, bare: bool) -> Tree[Any]:
    from lark.exceptions import UnexpectedInput

    from .mistakes import explain

    parser = grammar().parse_interactive(clean, start=start)
    try:
        parser.exhaust_lexer()
        return parser.feed_eof()
    except UnexpectedInput as error:
        raise explain(text, clean, error, parser.accepts(), start, bare=bare) from None


def _without_comments(text: str) -> str:
    """Blank comments, so that places stay; refuse open quotes and too many open brackets."""
    depth = 0

    def blank(mark: re.Match[str]) -> str:
        nonlocal depth
        found = mark[0]
        if found in ("'", '"'):
            raise QueryTextError("This quote is not closed.", text, mark.start())
        depth += (found in "([") - (found in ")]")
        if depth > _MOST_BRACKETS:
            raise QueryTextError(
                f"More than {_MOST_BRACKETS} brackets are open here.", text, mark.start()
            )
        return " " * len(found) if found.startswith("#") else found

    return _MARKS.sub(blank, text)
