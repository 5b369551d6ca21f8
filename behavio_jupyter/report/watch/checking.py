"""Checking a run by rules."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from ...errors import BehavioError, UnknownNameError
from ...result.wording import number, percent, plural
from ..archive import Run, earlier
from ..change import change, p_words, signed
from ..figures import KeyFigure
from ..period import Period
from .rule import Limit, Move, Rule, Sign
from .usual import AT_LEAST, longest, looked_at, usual_range

_SIGNS: dict[Sign, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SIDES: dict[Sign, str] = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


class Checked(NamedTuple):
    """What a rule says of a run.

    Attributes
    ----------
    rule : str
        Its text.
    figure : str
        The key figure.
    outcome : {"alert", "quiet", "unchecked"}
        ``unchecked``: it could not be told; the sentence says why.
    sentence : str
        The numbers behind it.
    """

    rule: str
    figure: str
    outcome: Literal["alert", "quiet", "unchecked"]
    sentence: str


class _UncheckedError(BehavioError):
    """Why a rule says nothing of a run."""


def check(rules: Sequence[Rule | str], run: Run, past: Sequence[Run]) -> list[Checked]:
    """Return what each rule says of a run, in their order.

    A rule that cannot be checked, for want of past runs or of its key figure, does not hide the
    others: its sentence says why.

    Parameters
    ----------
    rules : sequence of Rule or str
    run : Run
    past : sequence of Run
        Others of the archive; :func:`~behavio_jupyter.report.archive.earlier` says which are
        looked at.

    Raises
    ------
    DefinitionError
        A text is no rule.

    Examples
    --------
    >>> import datetime as dt
    >>> run = Run(
    ...     report="weekly_review", template="weekly_review", title="Weekly review",
    ...     period="2026-W47", parameters={}, started=dt.datetime.now(dt.UTC), seconds=1.0,
    ...     figures=[KeyFigure.rate("conversion", 21, 263)],
    ... )
    >>> [found] = check(["alert when conversion < 10%"], run, [])
    >>> found.outcome, found.sentence.replace("\u202f", " ")
    ('alert', 'conversion is 8.0 %, below 10.0 %.')
    """
    before = earlier(past, run.report, run.period)
    read = [rule if isinstance(rule, Rule) else Rule.parse(rule) for rule in rules]
    return [_check(rule, run, Period.parse(run.period), before) for rule in read]


def _check(rule: Rule, run: Run, about: Period, before: Mapping[Period, Run]) -> Checked:
    try:
        now = _figure(rule.figure, run)
        past = {
            period: one
            for period, other in before.items()
            for one in other.figures
            if now.same_as(one) and one.value is not None
        }
        condition = rule.condition
        if isinstance(condition, Limit):
            alert, sentence = _limit(now, condition)
        elif isinstance(condition, Move):
            alert, sentence = _move(now, condition, about, past)
        else:
            alert, sentence = _unusual(now, about, past)
    except (_UncheckedError, UnknownNameError) as why:
        return Checked(rule.text, rule.figure, "unchecked", str(why))
    return Checked(rule.text, now.name, "alert" if alert else "quiet", sentence)


def _figure(name: str, run: Run) -> KeyFigure:
    named = {one.name.casefold(): one for one in run.figures}
    found = named.get(name.casefold())
    if found is None:
        raise UnknownNameError("key figure", name, [one.name for one in run.figures])
    if found.value is None:
        raise _UncheckedError(f"{found.name} could not be counted in {run.period}.")
    return found


def _value(figure: KeyFigure) -> float:
    assert figure.value is not None
    return figure.value


def _limit(now: KeyFigure, limit: Limit) -> tuple[bool, str]:
    if limit.percent and now.kind != "rate":
        raise _UncheckedError(f"{now.name} is {now.words}, no rate: its limit has no percent sign.")
    if now.kind == "rate" and not limit.percent and abs(limit.value) > 1:
        raise _UncheckedError(f"{now.name} is a rate: write {number(limit.value)}% for its limit.")
    value = _value(now)
    alert = _SIGNS[limit.sign](value, limit.value)
    at = _words(now, limit.value)
    side = _SIDES[limit.sign]
    return alert, f"{now.name} is {now.words}, {'' if alert else 'not '}{side} {at}."


def _move(
    now: KeyFigure, move: Move, about: Period, past: Mapping[Period, KeyFigure]
) -> tuple[bool, str]:
    if not past:
        raise _UncheckedError(f"There is no earlier run to compare {now.name} with.")
    period = max(past, key=lambda one: one.start)
    then = past[period]
    found = change(now, then, (about.days, period.days))
    if move.p_value is not None and found.test is None:
        raise _UncheckedError(
            f"The change of {now.name} is not tested: leave out p < {number(move.p_value)}."
        )
    part = found.relative
    if math.isnan(part):  # From nothing: any rise is more than any percentage.
        part = math.copysign(math.inf, found.difference) if found.difference else 0.0
    # In units of 1e-9 of the earlier number, 24 % is 20 % less than 30 % and not more.
    size = {"falls": -part, "rises": part, "changes": abs(part)}[move.way]
    alert = size > move.by + 1e-9
    told = f"{now.name} is {now.words}, {then.words} in {period}"
    told += "" if math.isinf(part) else f" ({signed(part)})"
    if found.test is not None:
        told += f"; {p_words(found.p_value)}"
    if move.p_value is not None:
        alert = alert and found.p_value < move.p_value
    return alert, f"{told}."


def _unusual(now: KeyFigure, about: Period, past: Mapping[Period, KeyFigure]) -> tuple[bool, str]:
    usual = usual_range(now, about, past)
    if usual is None:
        known = len(looked_at(about, past))
        raise _UncheckedError(
            f"The usual range of {now.name} needs runs of {AT_LEAST} of the "
            f"{longest(about.unit)} {about.unit}s before; there {'is' if known == 1 else 'are'} "
            f"{plural(known, 'run')}."
        )
    value = _value(now)
    ends = f"{_words(now, usual.low)} to {_words(now, usual.high)}"
    learnt = f"learnt from {plural(usual.periods, 'period')}"
    if usual.low <= value <= usual.high:
        return False, f"{now.name} is {now.words}, within its usual range of {ends} ({learnt})."
    side = "below" if value < usual.low else "above"
    return True, f"{now.name} is {now.words}, {side} its usual range of {ends} ({learnt})."


def _words(figure: KeyFigure, value: float) -> str:
    if figure.kind == "rate":
        return percent(value)
    return number(round(value, 1) if figure.kind == "count" else float(f"{value:.4g}"))
