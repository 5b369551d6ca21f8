"""Numbers that bound others: wider windows, later periods, flows through nodes, complements."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from behavio_jupyter.engine import Engine
from behavio_jupyter.query import Duration, Events, Funnel, Paths, Segment
from behavio_jupyter.query.predicate import And, Comparison, IsNull, Not, Or
from behavio_jupyter.query.segment import Did, InLast, InSegment, Measured, Sequence, ThenNot

from ..engine.conditions import PLAN, X, durations, first_last, ordered_steps, some_events, texts
from ..engine.raw_logs import OPERATORS
from ..engine.strategies import funnels, paths, retentions, segments
from .logs import LargeLog, large_logs
from .questions import always_known, outer_parts, some

QUESTIONS = 4
"""Asked of each log, as opening one takes longer."""


def wider(duration: Duration, times: int) -> Duration:
    return Duration(amount=duration.amount * times, unit=duration.unit)


@some()
@given(st.data(), large_logs(), st.sampled_from((2, 3, 50)))
def test_a_wider_window_never_converts_fewer(data: st.DataObject, log: LargeLog, times: int):
    """At every required step; with exclusions at the last, as a longer window finds more of them.

    Not so for attempts that do not overlap: one that does not convert holds up the next for longer.
    """
    engine = log.engine()
    for _ in range(QUESTIONS):
        funnel = data.draw(funnels(log.span).filter(lambda found: found.counting != "attempts"))
        funnel = funnel.model_copy(update={"by": None, "attribution": "first", "per": None})
        other = funnel.model_copy(update={"within": wider(funnel.within, times)})
        narrow, wide = (counts_by_step(engine, question) for question in (funnel, other))
        required = [n for n, step in enumerate(funnel.steps, 1) if not step.optional]
        for step in required[-1:] if funnel.exclusions else required:
            assert (wide[step] >= narrow[step]).all(), (step, narrow, wide)
            if not funnel.segments:
                assert members(engine, funnel, step=step) <= members(engine, other, step=step)


def counts_by_step(engine: Engine, funnel: Funnel) -> pd.DataFrame:
    """One row a segment, one column a step."""
    counts = engine.answer(funnel).counts
    rows = counts.groupby("step").cumcount()
    return counts.assign(row=rows).pivot(index="row", columns="step", values="count")


def members(engine: Engine, question: Any, **pick: Any) -> set[str]:
    return set(engine.members(question, pick))


@some()
@given(st.data(), large_logs(), st.sampled_from((2, 50)))
def test_a_wider_window_finds_no_fewer_users(data: st.DataObject, log: LargeLog, times: int):
    """Sequences and ``in last``; more may come to pass within it, so ``then not`` finds no more."""
    engine = log.engine()
    for _ in range(QUESTIONS):
        span = data.draw(durations(log.span))
        spans = (span, wider(span, times))
        steps = data.draw(ordered_steps(log.span, optional=True))
        first, second = data.draw(st.tuples(some_events(log.span), some_events(log.span)))
        found = [
            [
                members(engine, Segment(condition=condition))
                for condition in (
                    Sequence(steps=steps, within=within),
                    Did(events=first, window=InLast(duration=within)),
                    ThenNot(first=first, absent=second, within=within),
                )
            ]
            for within in spans
        ]
        assert (
            found[0][0] <= found[1][0] <= members(engine, Segment(condition=Sequence(steps=steps)))
        )
        assert found[0][1] <= found[1][1] <= members(engine, Segment(condition=Did(events=first)))
        assert found[1][2] <= found[0][2]


@some()
@given(st.data(), large_logs())
def test_on_or_after_never_rises(data: st.DataObject, log: LargeLog):
    engine = log.engine()
    for _ in range(QUESTIONS):
        retention = data.draw(retentions(log.span))
        cells = {
            unbounded: engine.answer(retention.model_copy(update={"unbounded": unbounded}))
            for unbounded in (False, True)
        }
        on, after = cells[False].cells, cells[True].cells
        assert_rises_never(after, [*cells[True].groups, "cohort"])
        keys = [*cells[True].groups, "cohort", "period", "size"]
        assert on[keys].equals(after[keys])
        assert (on["retained"] <= after["retained"]).all()
        assert (after["retained"] <= after["size"]).all()
        if retention.include_start and retention.spans[0][0] == 0:
            starting = on[on["period"] == 0]
            assert (starting["retained"] == starting["size"]).all()


def assert_rises_never(cells: pd.DataFrame, cohort: list[str]) -> None:
    before = cells.groupby(cohort, sort=False)["retained"].shift()
    assert not (cells["retained"] > before).any()


@some()
@given(st.data(), large_logs())
def test_what_enters_a_node_leaves_it(data: st.DataObject, log: LargeLog):
    """Or exits; where paths are cut before an anchor, what enters is what was not cut."""
    engine = log.engine()
    for _ in range(QUESTIONS):
        question = data.draw(paths(log.span).map(by_sequences))
        answer = engine.answer(question)
        groups = list(answer.groups)
        edges = answer.edges
        backwards = question.to is not None and question.from_ is None
        leaving = edges.groupby([*groups, "step", "source"])["count"].sum()
        arrived = edges[edges["target"] != "(exit)"]
        entering = (
            arrived.assign(step=arrived["step"] + 1, source=arrived["target"])
            .groupby([*groups, "step", "source"])["count"]
            .sum()
        )
        last = 0 if backwards else question.steps
        entering = entering[entering.index.get_level_values("step") < last]
        both = pd.concat({"in": entering, "out": leaving}, axis=1).fillna(0)
        if backwards:
            assert (both["in"] <= both["out"]).all(), both
            continue
        middle = both[both.index.get_level_values("step") > 1]
        assert (middle["in"] == middle["out"]).all(), middle
        begun = edges[edges["step"] == 1]["count"].sum()
        assert begun == answer.starts["count"].sum()
        nodes = edges.groupby([*groups, "step"])["source"].nunique()
        assert (nodes <= question.top + 1).all()


def by_sequences(question: Paths) -> Paths:
    """Users pass a node several times: only sequences flow."""
    return question.model_copy(update={"counting": "sequences"})


@some()
@given(st.data(), large_logs())
def test_a_segment_and_its_complement(data: st.DataObject, log: LargeLog):
    """They share nobody. They cover everyone seen, but those of whom nothing is known (P1)."""
    engine = log.engine()
    for _ in range(QUESTIONS):
        segment = data.draw(segments(log.span))
        inside, outside, known = (
            engine.answer(segment.model_copy(update={"condition": condition}))
            for condition in (
                segment.condition,
                Not(part=segment.condition),
                Or(parts=(segment.condition, Not(part=segment.condition))),
            )
        )
        assert not set(inside.users) & set(outside.users)
        assert set(inside.users) | set(outside.users) == set(known.users)
        if all(map(always_known, outer_parts(segment.condition))):
            assert len(known.users) == known.seen


@some()
@given(st.data(), large_logs())
def test_who_is_in_neither_has_no_value(data: st.DataObject, log: LargeLog):
    engine = log.engine()
    for _ in range(QUESTIONS):
        value = data.draw(st.just(PLAN) | first_last(log.span, "p"))
        condition = data.draw(
            st.builds(
                Comparison,
                left=st.just(value),
                operator=st.sampled_from(OPERATORS),
                right=texts,
            )
        )
        conditions = (condition, Not(part=condition), IsNull(value=value))
        found = [members(engine, Segment(condition=each)) for each in conditions]
        everyone = engine.answer(Segment(condition=condition)).seen
        assert sum(map(len, found)) == len(set().union(*found)) == everyone


@some()
@given(st.data(), large_logs(), st.sampled_from(("avg", "min", "max")))
def test_who_is_in_neither_has_no_number(data: st.DataObject, log: LargeLog, function: Any):
    engine = log.engine()
    for _ in range(QUESTIONS):
        asked = data.draw(some_events(log.span))
        known = IsNull(value=X, negated=True)
        where = known if asked.where is None else And(parts=(asked.where, known))
        condition = Measured(function=function, events=asked, property="x", operator=">", value=1)
        conditions = (
            condition,
            Not(part=condition),
            Not(part=Did(events=Events(names=asked.names, where=where))),
        )
        found = [members(engine, Segment(condition=each)) for each in conditions]
        everyone = engine.answer(Segment(condition=condition)).seen
        assert sum(map(len, found)) == len(set().union(*found)) == everyone


@some()
@given(st.data(), large_logs())
def test_a_named_segment_and_its_complement(data: st.DataObject, log: LargeLog):
    """A named segment is a set: of everyone seen, who is not in it is in the other (S10)."""
    engine = log.engine()
    for name in log.segments:
        reference = data.draw(segments(log.span)).reference
        inside, outside = (
            engine.answer(Segment(condition=condition, reference=reference))
            for condition in (InSegment(name=name), Not(part=InSegment(name=name)))
        )
        assert not set(inside.users) & set(outside.users)
        assert len(inside.users) + len(outside.users) == inside.seen == outside.seen
