"""What can be typed next in a question: words of the grammar and names of the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lark import Token, Tree

from ..errors import BehavioError, QueryTextError
from .check import Catalog, measures, picks
from .fuzzy import BEGINS, HAS_WORD, Needle
from .place import Place, Use, places
from .predicate import FirstLast, Property
from .printing import literal, name
from .read_questions import QuestionReader
from .spelling import order, spellings
from .text import KINDS, Kind, asked, open_mark
from .time import Unit
from .variables import Variables

What = Literal[
    "event", "property", "value", "segment", "keyword", "span of time", "variable", "number", "user"
]
Values = Callable[[Property], Sequence[Any]]
Users = Callable[[str], Sequence[str]]

_COMPARED = ("comparison", "in_", "between", "like")
_SPANS = ("1d", "7d", "30d", "1h", "12h", "30m", "4w", "3mo")
_LONG = {
    "_WITHIN_OF": ("within ", "7d", " of first("),
    "_INACTIVE_FOR": ("inactive for ", "30d", ""),
}
"""Keywords that are some only before a span of time."""
_LATE = ("ANY", "USER", "NOT", "TRUE", "FALSE")
"""What can stand in many places and is seldom meant."""
_SYNONYMS = ("<>", "==", "→", "versus", "average(", "strictly in order")
_WORDS_BEFORE = 3
"""The longest keyword is "events per user of"."""


@dataclass(frozen=True)
class Suggestion:
    """Something that can be typed.

    Attributes
    ----------
    text : str
        What replaces the text from ``Suggestions.start`` to ``Suggestions.end``.
    what : str
        "event", "property", "value", "segment", "keyword", "span of time", "variable", "number"
        (that names users of a result, as in ``with step = 1``) or "user" (the id of one).
    """

    text: str
    what: What


@dataclass(frozen=True)
class Suggestions:
    """What can be typed at a place, the most fitting first.

    Attributes
    ----------
    start, end : int
        What of the text is replaced; ``end`` is the cursor.
    found : tuple of Suggestion
    """

    start: int
    end: int
    found: tuple[Suggestion, ...]


def complete(
    text: str,
    cursor: int,
    catalog: Catalog,
    *,
    kind: Kind | None = None,
    values: Values = lambda _: (),
    users: Users = lambda _: (),
    variables: Iterable[str] = (),
    limit: int = 500,
) -> Suggestions:
    """Return what can be typed at a place in a question.

    What begins with what stands there comes first (capitals do not matter), then what has a word
    that begins so, then what has its letters in this order; of these, names as the catalog orders
    them, and keywords as the grammar does. Names that need quotes have them.

    Parameters
    ----------
    text : str
        A question, or the beginning of one; what stands behind the cursor does not matter.
    cursor : int
        Where in the text, as a number of letters.
    catalog : Catalog
        The names of the log.
    kind : {"funnel", "retention", "paths", "trend", "segment", "timeline"}, optional
        What the text asks where it does not say so itself, as after ``%funnel``.
    values : callable, optional
        Given a property, returns its values, the most frequent first.
    users : callable, optional
        Given the first letters of an id, returns ids of users that begin so.
    variables : iterable of str, optional
        The names of Python variables, which ``{`` begins.
    limit : int, default 500
        How many to return at most.

    Examples
    --------
    >>> catalog = Catalog(("visit", "add to cart"), {"country": "text"})
    >>> found = complete("funnel visit -> ca", 18, catalog)
    >>> found.start, [suggestion.text for suggestion in found.found]
    (16, ['"add to cart"'])
    >>> complete("paths per", 9, catalog).found
    ()
    >>> countries = lambda property: ["US", "DE"]
    >>> found = complete("visit[country = '", 17, catalog, kind="funnel", values=countries)
    >>> [suggestion.text for suggestion in found.found]
    ["'US'", "'DE'"]
    """
    before = text[:cursor]
    mark = open_mark(before)
    head = before if mark is None else before[:mark]
    if mark is not None and before[mark] == "#":
        return Suggestions(cursor, cursor, ())
    try:
        clean, start = asked(head, kind)
    except QueryTextError:
        return Suggestions(cursor, cursor, ())
    typing = _Typing(text, catalog, values, users, tuple(variables), start)
    best: dict[str, tuple[tuple[int, ...], int, What]] = {}
    cuts = [mark] if mark is not None else list(_cuts(before))
    if kind is None and start == "segment" and re.fullmatch(r"[a-z]*", head.strip()):
        needle = Needle(head.strip())
        for number, word in enumerate(KINDS):
            if (rank := needle.rank(word)) is not None:
                at = cursor - len(head.lstrip())
                best[word] = ((rank, -1, number), at, "keyword")
    for place in places(clean, start, cuts):
        for word, key, what in typing.at(place, before[place.at :], limit):
            if word not in best or key < best[word][0]:
                best[word] = (key, place.at, what)
    ranked = sorted(best.items(), key=lambda item: item[1][0])[:limit]
    begin = min((at for _, (_, at, _) in ranked), default=cursor)
    return Suggestions(
        begin,
        cursor,
        tuple(Suggestion(before[begin:at] + word, what) for word, (_, at, what) in ranked),
    )


def _cuts(before: str) -> Iterator[int]:
    """Yield where the word, or the words of the keyword, that is being typed could begin."""
    braced = re.search(r"\{\s*\w*$", before)
    if braced:
        yield braced.start()
        return
    sign = re.search(r"[-<>=!]+$", before)
    if sign:
        yield sign.start()
    at = len(before) - len(re.search(r"[\w$]*$", before)[0])  # type: ignore[index]
    yield at
    for _ in range(_WORDS_BEFORE):
        word = re.search(r"[\w$]+\s+$", before[:at])
        if word is None:
            return
        at = word.start()
        yield at


@dataclass(frozen=True)
class _Typing:
    """What is known while a text is typed."""

    text: str
    catalog: Catalog
    values: Values
    users: Users
    variables: tuple[str, ...]
    start: str

    def at(self, place: Place, typed: str, limit: int) -> Iterator[tuple[str, Any, What]]:
        """Yield what could stand at a place where something is typed, and how well it fits."""
        accepted = place.accepted
        if typed.startswith("{"):
            if "PLACEHOLDER" in accepted:
                fitting = Needle(typed[1:].strip()).ranked(self.variables, limit)
                yield from (
                    (f"{{{found}}}", (rank, 0, number), "variable")
                    for number, (rank, found) in enumerate(fitting)
                )
            return
        quote = typed[:1] if typed[:1] in ("'", '"') else ""
        several = not quote and " " in typed.strip()
        needle = Needle(_unquoted(typed), starts=several)
        compared = None
        if {"STRING", "NUMBER", "TRUE"} & set(accepted):
            compared = self._compared(place, accepted)
        if compared is not None and quote != '"' and not several:
            yield from self._values(compared, accepted, needle, quote, limit)
        if "DIGITS" in accepted and quote != '"' and not several:
            ids = self.users(_unquoted(typed))
            yield from (
                (literal(id_), (BEGINS, 0, number), "user") for number, id_ in enumerate(ids)
            )
        roles: list[tuple[What, tuple[str, ...]]] = []
        if quote != "'" and {"NAME", "QUOTED"} & set(accepted):
            terminal = "NAME" if "NAME" in accepted else "QUOTED"
            roles = list(self._names(place, terminal, compared))
        condition = any(what == "segment" for what, _ in roles)
        for what, names in roles:
            group = {"segment": 1, "number": 1, "property": 2}.get(what, 5 if condition else 3)
            for number, (rank, found) in enumerate(needle.ranked(names, limit)):
                shown = name(found)
                if quote and not shown.startswith('"'):
                    shown = f'"{shown}"'
                yield shown, (rank, group, number), what
        if not quote:
            yield from self._keywords(place, typed, compared)

    def _keywords(
        self, place: Place, typed: str, compared: Property | None
    ) -> Iterator[tuple[str, Any, What]]:
        written = " ".join(typed.split()) + " " * typed[-1:].isspace()
        needle = Needle(written, starts=" " in written)
        accepted = place.accepted
        shared = {
            terminal for terminal in accepted if _is_part_of(place, terminal, "_shared_clause")
        }
        for number, span in enumerate(self._spans(place, typed.strip())):
            yield span, (0, 4 if "PERIOD" in accepted else 0, 1, number), "span of time"
        for terminal in accepted:
            if not self._makes_sense(terminal, compared):
                continue
            words = [word for word in spellings(terminal) if word not in _SYNONYMS]
            if terminal == "OP":
                words.sort(key=len)
                if _is_part_of(place, "OP", "pick"):
                    words = ["="]
            if terminal in _LONG:
                words = _long(*_LONG[terminal], written)
            # A comparison is all there is after a property; an arrow goes on with the steps.
            sign = terminal == "_ARROW" or (terminal == "OP" and not shared)
            late = terminal in _LATE or (terminal == "OP" and not sign)
            group = 0 if compared is not None and terminal in ("TRUE", "FALSE") else 4
            for number, word in enumerate(words):
                rank = needle.rank(word)
                if rank in (BEGINS, HAS_WORD) and word != written:
                    key = (not sign, late, terminal in shared, order()[terminal], number)
                    yield word, (rank, group, 0, *key), "keyword"

    def _spans(self, place: Place, typed: str) -> Iterator[str]:
        """Yield spans of time that begin as typed."""
        if "DURATION" not in place.accepted:
            return
        spans = [span for span in _spans(typed) if span != typed]
        if "PERIOD" in place.accepted:
            # Of periods, only those of retention may be spans, and only of hours.
            hours = _is_part_of(place, "DURATION", "_retention_clause")
            spans = [span for span in spans if hours and span.endswith("h")]
        yield from spans

    def _makes_sense(self, terminal: str, compared: Property | None) -> bool:
        """Whether a keyword leads to something in this log."""
        match terminal:
            case "USER":
                return bool(self.catalog.user_properties)
            case "FIRST_LAST":
                return bool(self.catalog.properties)
            case "MAPPED":
                return self.catalog.has_sessions
            case "TRUE" | "FALSE":
                return compared is None or self._kind(compared) == "boolean"
        return True

    # ------------------------------------------------------------ names

    def _names(
        self, place: Place, terminal: str, compared: Property | None
    ) -> Iterator[tuple[What, tuple[str, ...]]]:
        """Yield what a name would be the name of, and the names there are."""
        told: set[str] = set()
        for use in place.uses(terminal, _is_part_of_a_name):
            role, names = self._role(place, use, compared)
            if role is not None and role not in told:
                told.add(role)
                yield role, names

    def _role(
        self, place: Place, use: Use, compared: Property | None
    ) -> tuple[What | None, tuple[str, ...]]:
        rule, first = use.name, use.rule.expansion[0].name
        if rule == "pick" and use.dot == 0:
            return "number", self._picks(place, use)
        if rule in ("property", "p_property", "c_property"):
            known = self.catalog.user_properties if first == "USER" else self.catalog.properties
            alike = None if compared is None else self._kind(compared)
            return "property", tuple(p for p, kind in known.items() if alike in (None, kind))
        if rule == "counted" and use.dot:
            return "property", self._measured(place.values[use.base - 2])
        if rule == "same":
            return "property", tuple(self.catalog.properties)
        if rule == "saved":
            return "segment", tuple(self.catalog.segments)
        if rule in ("events", "several", "of_event"):
            return "event", self.catalog.events
        return None, ()

    def _measured(self, function: Token) -> tuple[str, ...]:
        """Return the properties that a function can read."""
        known = self.catalog.properties
        if function.type == "FIRST_LAST":
            return tuple(known)
        return tuple(p for p, kind in known.items() if measures(str(function).lower(), kind))

    def _picks(self, place: Place, pick: Use) -> tuple[str, ...]:
        """Return what tells the users of a result apart."""
        for token_or_tree in reversed(place.values[: pick.base]):
            if isinstance(token_or_tree, Tree) and token_or_tree.data == "_question":
                reader = QuestionReader(self.text, Variables(None, self.text))
                try:
                    return tuple(picks(reader.read(token_or_tree.children[-1])))
                except BehavioError:
                    return ()
        return ()

    # ------------------------------------------------------------ values

    def _compared(self, place: Place, accepted: tuple[str, ...]) -> Property | None:
        """Return the property that a value would be compared with."""
        terminal = next(name for name in ("STRING", "NUMBER", "TRUE") if name in accepted)
        for use in place.uses(terminal, _is_part_of_a_value):
            if use.name in _COMPARED and use.dot:
                reader = QuestionReader(self.text, Variables(None, self.text))
                try:
                    left = reader.value(place.values[use.base], named=True)
                except BehavioError:
                    return None
                if isinstance(left, FirstLast):
                    return Property(name=left.property)
                return left if isinstance(left, Property) else None
        return None

    def _kind(self, compared: Property) -> str | None:
        known = (
            self.catalog.user_properties if compared.owner == "user" else self.catalog.properties
        )
        return known.get(compared.name)

    def _values(
        self, compared: Property, accepted: tuple[str, ...], needle: Needle, quote: str, limit: int
    ) -> Iterator[tuple[str, Any, What]]:
        kind = self._kind(compared)
        fits = "NUMBER" if kind == "number" else "STRING"
        if kind in (None, "boolean") or fits not in accepted or (quote and fits == "NUMBER"):
            return
        found = self.values(compared)
        texts = tuple(literal(value) if fits == "NUMBER" else str(value) for value in found)
        for number, (rank, text) in enumerate(needle.ranked(texts, limit)):
            yield text if fits == "NUMBER" else literal(text), (rank, 0, number), "value"


def _is_part_of_a_name(use: Use) -> bool:
    """Whether what a name is part of may say more of it: ``first(country)`` is a property."""
    rule = use.name
    return (
        rule in ("name", "events") or rule.startswith("__") or (rule == "counted" and not use.dot)
    )


def _is_part_of_a_value(use: Use) -> bool:
    """Whether a value is alone in what it is part of, or one of a list."""
    return use.dot == 0 or use.rule.expansion[use.dot - 1].name == "COMMA"


def _is_part_of(place: Place, terminal: str, rule: str) -> bool:
    """Whether a terminal begins a rule, or is what it begins with one word later."""
    return any(
        use.rule.origin.name == rule for use in place.uses(terminal, lambda use: use.dot < 2)
    )


def _long(begin: str, usual: str, end: str, written: str) -> list[str]:
    """Return a keyword that is one only with a span of time, with those that begin as typed."""
    if begin.startswith(written):
        return [begin + usual + end]
    return [begin + span + end for span in _spans(written.removeprefix(begin).strip())]


def _spans(typed: str) -> Sequence[str]:
    """Return spans of time that begin as typed."""
    found = re.fullmatch(r"(\d{1,15})\s?([a-z]*)", typed)
    if found is None:
        return () if typed else _SPANS
    units = [unit for unit in get_args(Unit) if unit.startswith(found[2])]
    return [found[1] + unit for unit in units] if int(found[1]) else ()


def _unquoted(typed: str) -> str:
    if typed.startswith("'"):
        return typed[1:].replace("''", "'")
    return re.sub(r"\\(.)", r"\1", typed[1:]) if typed.startswith('"') else typed
