"""The counting rule of a question in plain words; docs/semantics.md says the same in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from .base import Definition
from .clauses import Sessions
from .funnel import Funnel
from .paths import Paths
from .predicate import walk
from .printing import literal, name
from .retention import Retention
from .rule_words import (
    breakdown,
    event,
    in_range,
    listed,
    one,
    sessions,
    shared,
    span,
)
from .segment import Segment
from .time import Duration
from .timeline import Timeline
from .trend import Series, Trend, series_of


def rule(definition: Definition) -> str:
    """Return how a question counts, in complete sentences.

    Parameters
    ----------
    definition : Funnel, Retention, Paths, Trend, Segment or Timeline

    Returns
    -------
    str
        Sentences about the question alone; the data play no part.

    Examples
    --------
    >>> from behavio_jupyter.query import parse
    >>> print(rule(parse("trend users of visit per week")))
    A value is the number of users with at least one visit event in each calendar week. A user in \
two weeks counts in both. A week that is not over at the end of the log is incomplete.
    """
    by_kind = {
        Funnel: _funnel,
        Retention: _retention,
        Paths: _paths,
        Trend: _trend,
        Timeline: _timeline,
    }
    tell: Any = by_kind.get(type(definition), _segment)
    return " ".join(tell(definition))


def activity_rule(retention: Retention, what: Literal["lifecycle", "stickiness"]) -> str:
    """Return how lifecycle or stickiness of a retention's return event are counted.

    Examples
    --------
    >>> from behavio_jupyter.query import parse
    >>> print(activity_rule(parse("retention any -> any per week"), "stickiness"))
    A user is active in a calendar week with any event in it. Stickiness is the mean number of \
users active on a day, over the days of the week that the log has, divided by the users active in \
the week. A week that is not over at the end of the log is incomplete.
    """
    period = span(retention.per) if isinstance(retention.per, Duration) else retention.per
    block = f"block of {period}" if isinstance(retention.per, Duration) else f"calendar {period}"
    sentences = [f"A user is active in a {block} with {one(retention.returning)} in it."]
    if what == "lifecycle":
        sentences += [
            f"New: active for the first time in the whole log; returning: active in the {period} "
            "before, too; resurrected: active earlier, but not in the one before; dormant: active "
            "in the one before, and no longer."
        ]
    else:
        sentences += [
            "Stickiness is the mean number of users active on a day, over the days of the "
            f"{period} that the log has, divided by the users active in the {period}."
        ]
    sentences += [f"A {period} that is not over at the end of the log is incomplete."]
    kept = retention.model_copy(update={"during": None, "segments": ()})
    sentences += shared(kept)
    if retention.segments:
        who = " or ".join(map(str, retention.segments))
        sentences += [f"Only users who meet {who} are looked at, judged at the end of the log."]
    return " ".join(sentences)


# ---------------------------------------------------------------- funnel


def _funnel(funnel: Funnel) -> Iterator[str]:
    first, last, window = funnel.steps[0].events, funnel.steps[-1].events, span(funnel.within)
    opens = in_range(funnel.during)
    count = {
        "users": "Each user counts once, by the deepest attempt "
        "(the earliest of equally deep ones)",
        "first entries": "Each user counts once, by the first attempt only",
        "attempts": "Every attempt counts that does not overlap the one before",
        "sessions": "Each session counts once, by its deepest attempt (the earliest of those)",
    }[funnel.counting]
    if funnel.order == "any":
        yield (
            f"{count}; an attempt opens at every event{opens} that matches any step, and reaches "
            f"i steps when different events fill i different steps within {window} of it."
        )
        yield "Step i of the table is any i of the steps, whatever their order."
    else:
        yield (
            f"{count}; an attempt opens at every {event(first)}{opens} and must reach {last} "
            f"within {window}."
        )
        if funnel.order == "strict":
            yield "Each next step must be the user's very next event after the step before."
        else:
            yield "Each next step is the earliest matching event after the step before."
    yield "One event fills at most one step of an attempt; time is elapsed time, not calendar days."
    if funnel.counting == "attempts":
        yield (
            "The next attempt opens at the first step-1 event after one converted or, where it did "
            "not, after its window ended."
        )
    if funnel.counting == "sessions":
        yield f"An attempt sees the events of its own session only: {sessions(funnel.sessions)}."
    optional = [str(step.events) for step in funnel.steps if step.optional]
    if optional:
        yield (
            f"Leaving out {listed(optional)} does not hold an attempt up: an optional step is "
            "reached between the required steps around it, and does not make an attempt deeper."
        )
    named = [
        f"{number} ({step.label}) is {step.events}"
        for number, step in enumerate(funnel.steps, 1)
        if step.label is not None
    ]
    if named:
        yield f"Step {listed(named)}."
    if funnel.same is not None:
        yield f"All steps of an attempt carry the same {funnel.same}; no value matches nothing."
    for exclusion in funnel.exclusions:
        yield (
            f"An attempt with {exclusion.events} after step {exclusion.after} and before step "
            f"{exclusion.before or len(funnel.steps)} (before its window ended, where it did not "
            "reach that step) is not counted at all."
        )
    if funnel.by is not None:
        at = {"first": "at step 1", "last": "at the last required step reached"}.get(
            str(funnel.attribution), f"at step {funnel.attribution} (none where it was not reached)"
        )
        what = {"attempts": "attempts", "sessions": "sessions"}.get(funnel.counting, "users")
        yield from breakdown(funnel, at, f"the most {what} at step 1")
    if funnel.per is not None:
        yield (
            f"Attempts belong to the calendar {funnel.per} of their step 1; a {funnel.per} is "
            f"incomplete where the log ends before {window} after it."
        )
    yield from shared(funnel)


# ---------------------------------------------------------------- retention


def _retention(retention: Retention) -> Iterator[str]:
    start, returning = retention.start, retention.returning
    hours = isinstance(retention.per, Duration)
    period = span(retention.per) if isinstance(retention.per, Duration) else str(retention.per)
    cohorts = f"block of {period}" if hours else f"calendar {period}"
    own = f"the {cohorts}"
    inside = in_range(retention.during)
    yield {
        "first in range": f"A user's cohort is {own} of the user's first {event(start)}{inside}.",
        "first ever": f"A user's cohort is {own} of the user's first {event(start)} "
        "in the whole log" + (", counted when it lies in the date range." if inside else "."),
        "every": f"A user belongs to the cohort of every {cohorts} with {one(start)}{inside}, "
        "from the first one in it.",
    }[retention.cohort]
    if hours:
        yield "Blocks of hours are counted from Monday 1970-01-05 00:00 UTC."
    when = "in period n or any later one" if retention.unbounded else "in period n"
    if retention.brackets:
        spans = [f"{a}" if a == b else f"{a}-{b}" for a, b in retention.brackets]
        when = f"in any period of a bracket ({', '.join(spans)})"
        when += " or any later one" if retention.unbounded else ""
    yield f"The user is retained when {one(returning)} after that start event lies {when}."
    if retention.alignment == "rolling":
        length = (
            period
            if hours
            else {"day": "24 hours", "week": "168 hours"}.get(period, "30 days of 24 hours")
        )
        yield f"Period n begins n times {length} of elapsed time after the user's own start event."
    else:
        yield f"Period n is the n-th calendar {period} after the cohort's own."
    if retention.include_start:
        yield "The start event itself counts as a return in period 0."
    yield (
        "A cell whose period is not over at the end of the log is incomplete: it has no rate and "
        "is left out of the average, which weighs cohorts by size."
    )
    if retention.by is not None:
        yield from breakdown(retention, "at the start event", "the most users in their cohorts")
    yield from shared(retention)


# ---------------------------------------------------------------- paths


def _paths(paths: Paths) -> Iterator[str]:
    yield f"A user's events are cut into sessions: {sessions(paths.sessions)}."
    if paths.hide:
        yield f"Events {listed(map(str, paths.hide))} are removed first."
    if paths.only:
        yield f"Only events {listed(map(str, paths.only))} are kept."
    for rename in paths.rename:
        yield f"Events {rename.events} are shown as {rename.name}."
    if paths.collapse:
        yield "Immediate repeats of an event count as its first."
    else:
        yield "Immediate repeats of an event are kept."
    if paths.from_ is not None and paths.to is not None:
        yield (
            f"A sequence runs from a session's first {paths.from_} to the first {paths.to} after "
            "it; sessions without both have none."
        )
    elif paths.from_ is not None:
        yield (
            f"A sequence runs from a session's first {paths.from_} on; sessions without it have "
            "none."
        )
    elif paths.to is not None:
        yield (
            f"A sequence runs up to a session's last {paths.to}, which is step 0, and is counted "
            "backwards from it; sessions without it have none."
        )
    else:
        yield "A sequence runs from a session's first event."
    what = "the users with a sequence" if paths.counting == "users" else "the sequences"
    yield (
        f"At most {paths.steps} events of a sequence are kept; a flow counts {what} that have one "
        "event at a step and the other at the next."
    )
    if paths.from_ is not None or paths.to is None:
        yield f"A sequence that ends before {paths.steps} events flows to (exit)."
    yield f"The {paths.top} most frequent events of each step are kept, the others are (other)."
    if paths.by is not None:
        most = "the most users" if paths.counting == "users" else "the most sequences"
        yield from breakdown(paths, "at the sequence's first event", most)
    yield from shared(paths, range_keeps=True)


# ---------------------------------------------------------------- trend


def _trend(trend: Trend) -> Iterator[str]:
    found = series_of(trend.value)
    if trend.value == found[0]:
        yield f"A value is {_measure(found[0])} in each calendar {trend.per}."
    else:
        measures = dict.fromkeys(f"{each} is {_measure(each)}" for each in found)
        yield f"A value is {trend.value} in each calendar {trend.per}, where {'; '.join(measures)}."
        yield "A value is null where a part of it is null or it divides by zero."
    functions = {each.function for each in found}
    if functions & {"users", "sessions"}:
        who = (
            "user or session"
            if {"users", "sessions"} <= functions
            else ("user" if "users" in functions else "session")
        )
        yield f"A {who} in two {trend.per}s counts in both."
    if "sessions" in functions:
        yield f"Sessions are cut so: {sessions(trend.sessions)}."
    yield f"A {trend.per} that is not over at the end of the log is incomplete."
    if trend.by is not None:
        yield from breakdown(trend, "at each event", "the most matching events")
    yield from shared(trend, range_keeps=True)


def _measure(series: Series) -> str:
    of = series.property
    return {
        "events": f"the number of {event(series.events)}s",
        "users": f"the number of users with at least one {event(series.events)}",
        "sessions": f"the number of sessions with at least one {event(series.events)}",
        "events per user": f"the number of {event(series.events)}s divided by that of their users",
        "sum": f"the sum of {of} over {event(series.events)}s, nulls left out",
        "avg": f"the average of {of} over {event(series.events)}s, nulls left out",
        "median": f"the median of {of} over {event(series.events)}s, nulls left out",
        "p90": f"the 90th percentile of {of} over {event(series.events)}s, nulls left out",
    }[series.function]


# ---------------------------------------------------------------- segment

_TELLS = {
    "did": "did(E) holds for users with at least one such event.",
    "count": "count(E) is the number of a user's such events.",
    "count_days": "count_days(E) is the number of calendar days with such an event.",
    "sum": "sum(E.p) adds the values of p; of none it is 0.",
    "avg": "avg(E.p) is the average of the values of p; without any it matches nothing.",
    "min": "min(E.p) is the smallest value of p; without any it matches nothing.",
    "max": "max(E.p) is the largest value of p; without any it matches nothing.",
    "distinct": "distinct(E.p) is the number of different values of p.",
    "in_last": "'in last' counts back from the reference time, which it includes.",
    "between_dates": "An end of 'between' given as a date includes that day.",
    "within_of_first": (
        "'within … of first(E)' runs from the user's first E to that long after it, both included."
    ),
    "first": "first(p) is the value at the user's first event that has one.",
    "last": "last(p) is the value at the user's last event that has one.",
    "seen": "first_seen and last_seen are the times of the user's first and last event.",
    "inactive": "'inactive for' means no event in that time before the reference time.",
    "sequence": "sequence(…) holds when some attempt, as in a funnel, reaches its last step.",
    "then_not": (
        "'A then not B within' holds for some A whose time is over at the reference time without "
        "a B after it."
    ),
    "in_segment": "A segment by name holds for the users who are in it at the same reference time.",
    "users_of": "'users of (…)' holds for the users behind that number of the other question.",
}


def _segment(segment: Segment) -> Iterator[str]:
    yield f"A user is in the segment when this holds for the user's history: {segment.condition}."
    yield _reference(segment)
    told = dict.fromkeys(key for node in walk(segment.condition) for key in _keys(node))
    yield from (_TELLS[key] for key in told if key in _TELLS)
    if any(
        node.kind in ("comparison", "in", "between", "like") for node in walk(segment.condition)
    ):
        yield "A comparison with a null is not met, and neither is its negation."


def _keys(node: Any) -> tuple[str, ...]:
    return {
        "measured": (getattr(node, "function", ""),),
        "first_last": (getattr(node, "which", ""),),
    }.get(node.kind, (node.kind,))


def _reference(segment: Segment) -> str:
    if segment.reference is None:
        return "The reference time is the end of the log, never the clock of the machine."
    return f"The reference time is {segment.reference}; events after it are not seen."


def _timeline(timeline: Timeline) -> Iterator[str]:
    events = "events" if timeline.event is None else f"{name(timeline.event)} events"
    if timeline.text is not None:
        events += f" with {literal(timeline.text)} in their name or in a property"
    if events != "events":
        yield f"Only {events} are shown."
    yield f"A session ends where more than {span(Sessions().gap)} are without an event."
