"""What each question can say, clause by clause, and examples made of the names of a log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .check import Catalog
from .complete import Users, Values
from .predicate import Property
from .printing import literal, name
from .text import Kind

_SHARED = (
    ("where platform = 'ios'", "only events that match exist"),
    (
        "by country, by user.plan top 5",
        "one group for each value; the 10 (5) largest, the rest as (other)",
    ),
    ('for big, for "big spenders", for did(purchase)', "only the users of a segment"),
    ("for big vs not big vs did(login)", "a group for each segment"),
    ("during 2026-01-01 to 2026-03-31", "a date range; the last day belongs to it"),
    ("since 2026-01-01, until 2026-03-31", "a range open at one end"),
)
_CLAUSES: dict[Kind, tuple[tuple[str, str], ...]] = {
    "funnel": (
        ("coupon?", "an optional step, neither the first nor the last"),
        ("(cart | wishlist) as basket", "what the step is called in results"),
        ("within 7d", "the longest time from the first step to the last; 30 days unless said"),
        ("in any order, in strict order", "steps in any order; nothing else between them"),
        ("counting first entries, attempts, sessions", "instead of users by their deepest attempt"),
        (
            "session 1h, session mapped, session off",
            "how counting sessions cuts them; 30 minutes unless said",
        ),
        ("same order_id", "all steps carry one value"),
        ("without refund", "no refund between the first and the last step; may be repeated"),
        (
            "without refund between 2 and 3, after 2",
            "… between these steps; from this one to the last",
        ),
        ("at step 2, at last step", "the step whose value by takes; the first unless said"),
        ("per week", "a funnel for each hour, day, week or month of step 1"),
    ),
    "retention": (
        (
            "first ever signup -> …",
            "cohorts by the first signup in the whole log, not in the range",
        ),
        ("every signup -> …", "a cohort for every period with a signup"),
        ("per day, week, month, 12h", "the period; a week unless said. Hours are elapsed"),
        ("for 12", "the last period shown"),
        ("brackets 0, 1-3, 4-7", "periods joined, instead of for"),
        ("on or after", "back in the period or any later one"),
        ("rolling", "periods count from the user's own start event"),
        ("including start", "the start event itself counts in period 0"),
    ),
    "paths": (
        ("from visit, to purchase", "where sequences begin and end"),
        ("steps 6, top 8", "events kept of a sequence; nodes kept of a step"),
        ("hide a, b, only a, b", "events removed; the only ones kept"),
        ("rename (a | b) as c", "shown as one; may be repeated"),
        ("keep repeats", "immediate repeats stay"),
        ("session 30m, session mapped, session off", "how a user's events are cut"),
        ("counting users", "flows count users instead of sequences"),
    ),
    "trend": (
        ("events of E, users of E, sessions of E, events per user of E", "what is counted"),
        (
            "sum(E.p), avg(E.p), median(E.p), p90(E.p)",
            "what values of a property make; each with where inside",
        ),
        ("100 * users of E / users of F", "formulas: numbers, + - * / and parentheses"),
        ("per hour, day, week, month", "the period; a day unless said"),
        ("session 30m, session mapped, session off", "how sessions of cuts them"),
    ),
    "segment": (
        ("did(login), did(purchase where amount > 5)", "with such an event"),
        ("count(E) >= 3, count_days(E) > 2", "with so many events, or days with one"),
        ("sum(E.p) > 100, avg, min, max, distinct", "whose events carry such values"),
        ("… in last 90d", "looking at the last 90 days only"),
        ("… between 2026-01-01 and 2026-02-01", "… at a range of dates"),
        ("… within 7d of first(signup)", "… at the week from the first signup"),
        ("first(country) = 'US', last(signup.country)", "by the first or last value there is"),
        ("user.tier in ('a', 'b')", "by a property of the user"),
        ("first_seen >= 2026-01-01, last_seen < 30d ago", "by the first or last event's time"),
        ("inactive for 60d", "without an event in the last 60 days"),
        ("sequence(visit -> cart -> purchase within 1h)", "with such an attempt"),
        ("cart then not purchase within 7d", "with a cart that was not followed up"),
        ('big, "big spenders"', "in a saved segment"),
        (
            "users of (funnel visit -> cart within 7d) with step = 1 and dropped = true",
            "behind a number of another question",
        ),
        (
            "… as of 2026-03-01",
            'at the end of the whole condition: "now" for all of it but users of (…), which has'
            " ranges of its own",
        ),
    ),
    "timeline": (
        ("'00004'", "the id of the user whose events are shown"),
        ('for big, for "big spenders"', "one goes from user to user of a saved segment"),
        ("only purchase", "only events of this name"),
        ("with 'abc'", "only events with this text in their name or in a property"),
    ),
}
_ASKS: dict[Kind, str] = {
    "funnel": "Who gets from step to step",
    "retention": "Who comes back",
    "paths": "Which ways users take",
    "trend": "A number per period",
    "segment": "Who meets a condition",
    "timeline": "What one user did",
}


@dataclass(frozen=True)
class Guide:
    """What a kind of question can say.

    Attributes
    ----------
    asks : str
        What it asks, in a few words.
    examples : tuple of str
        Questions that the log can answer, without the word that says what they ask.
    clauses : tuple of (str, str)
        How a clause is written, and what it means; made of names of no particular log.
    """

    asks: str
    examples: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]


def guide(
    kind: Kind,
    catalog: Catalog,
    values: Values = lambda _: (),
    users: Users = lambda _: (),
) -> Guide:
    """Return what a kind of question can say, with examples made of a log's most frequent names.

    Parameters
    ----------
    kind : {"funnel", "retention", "paths", "trend", "segment", "timeline"}
    catalog : Catalog
        The names of the log; where it has no events, examples are of a shop.
    values : callable, optional
        Given a property, returns its values, the most frequent first.
    users : callable, optional
        Given the first letters of an id, returns ids of users that begin so.

    Examples
    --------
    >>> guide("funnel", Catalog(("visit", "add to cart"))).examples[0]
    'visit -> "add to cart" within 7d'
    """
    clauses = _CLAUSES[kind] + (_SHARED if kind not in ("segment", "timeline") else ())
    return Guide(_ASKS[kind], tuple(_EXAMPLES[kind](_Names(catalog, values, users))), clauses)


class _Names:
    """Names for examples: frequent events, a property of text, one of numbers, a user."""

    def __init__(self, catalog: Catalog, values: Values, users: Users) -> None:
        events = [name(event) for event in catalog.events[:3]] or ["visit", "cart", "purchase"]
        self.a, self.b, self.c = (events * 3)[:3]
        self.segments = [name(segment) for segment in catalog.segments]
        texts = (Property(name=p) for p, kind in catalog.properties.items() if kind == "text")
        self.text = next(texts, None)
        numbers = (name(p) for p, kind in catalog.properties.items() if kind == "number")
        self.number = next(numbers, None)
        found: Sequence[Any] = () if self.text is None else values(self.text)
        self.value = literal(str(found[0])) if len(found) else None
        self.user = literal(next(iter(users("")), "00004"))

    @property
    def by(self) -> str:
        """A breakdown, where there is a property for it."""
        return "" if self.text is None else f" by {self.text} top 5"


def _funnel(names: _Names) -> list[str]:
    a, b, c = names.a, names.b, names.c
    found = [f"{a} -> {b} within 7d", f"{a} -> {b} -> {c} within 7d{names.by}"]
    if names.value is not None:
        found.append(f"{a}[{names.text} = {names.value}] -> {b} counting sessions")
    segment = names.segments[0] if names.segments else f"did({c})"
    return [*found, f"{a} -> {b} for {segment} vs not {segment}"]


def _retention(names: _Names) -> list[str]:
    a, b = names.a, names.b
    return [
        f"{a} -> any per week for 8",
        f"first ever {a} -> {b} per month on or after",
        f"{a} -> {a} per week brackets 0, 1-3, 4-7{names.by}",
    ]


def _paths(names: _Names) -> list[str]:
    a, b, c = names.a, names.b, names.c
    return [
        f"from {a} steps 5 top 8",
        f"from {a} to {b} session 1d",
        f"hide {c} counting users{names.by}",
    ]


def _trend(names: _Names) -> list[str]:
    a, b = names.a, names.b
    found = [f"users of {a} per week{names.by}", f"100 * users of {b} / users of {a} per month"]
    if names.number is not None:
        found.append(f"median({a}.{names.number}) per week")
    return found


def _segment(names: _Names) -> list[str]:
    a, b = names.a, names.b
    found = [
        f"did({a}) and not did({b})",
        f"count({a}) >= 3 in last 30d",
        f"{a} then not {b} within 7d",
    ]
    if names.value is not None:
        found.append(f"first({names.text}) = {names.value}")
    return found


def _timeline(names: _Names) -> list[str]:
    found = [names.user, f"{names.user} only {names.a}"]
    if names.value is not None:
        found.append(f"{names.user} with {names.value}")
    return [*found, *(f"for {segment}" for segment in names.segments[:1])]


_EXAMPLES: dict[Kind, Callable[[_Names], list[str]]] = {
    "funnel": _funnel,
    "retention": _retention,
    "paths": _paths,
    "trend": _trend,
    "segment": _segment,
    "timeline": _timeline,
}
