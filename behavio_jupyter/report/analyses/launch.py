"""Before and after a day, or one variant beside another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ...errors import DefinitionError
from ...log import EventLog
from ...query import Funnel, parse
from ...query.printing import literal
from ...result import TrendResult
from ...result.wording import number
from ..change import NOISE
from ..figures import KeyFigure
from ..period import Period
from ..source import covered, first_day, last_day
from .counting import between, rates, ungrouped, whole_days
from .differences import compared, differing
from .traits import Trait, activity, having, traits


@dataclass(frozen=True)
class Stretch:
    """Some days, such as the four weeks after a launch.

    Attributes
    ----------
    start, last : date
        The first and the last day.

    Examples
    --------
    >>> after = Stretch.of(dt.date(2026, 3, 2), 28)
    >>> after.during, after.before.during
    ('2026-03-02 to 2026-03-29', '2026-02-02 to 2026-03-01')
    """

    start: dt.date
    last: dt.date

    @classmethod
    def of(cls, start: dt.date, days: int) -> Stretch:
        """Return so many days from a first one on."""
        if days < 1:
            raise DefinitionError(f"There is nothing to compare in {days} days.")
        return cls(start, start + dt.timedelta(days=days - 1))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.start).days + 1

    @property
    def before(self) -> Stretch:
        """As many days right before it."""
        return Stretch.of(self.start - dt.timedelta(days=self.days), self.days)

    @property
    def during(self) -> str:
        """The text of the clause ``during``."""
        return f"{self.start} to {self.last}"

    @property
    def window(self) -> str:
        """The window of a condition on users."""
        return f"between {self.start} and {self.last}"


def figures(log: EventLog, days: Stretch, funnel: Funnel, among: str = "") -> list[KeyFigure]:
    """Return active users, events for each of them, and the funnel's conversions.

    Of the funnel only those who began early enough to have had its whole window within the days:
    who had less time to convert must not be compared with others.

    Parameters
    ----------
    log : EventLog
    days : Stretch
    funnel : Funnel
        Its groups are taken together.
    among : str
        A condition on users, such as the variant they are in.

    Examples
    --------
    >>> from behavio_jupyter import datasets, parse
    >>> days, asked = Stretch.of(dt.date(2024, 1, 1), 91), parse("funnel code -> test within 7d")
    >>> [one.name for one in figures(datasets.contributions(), days, asked)]
    ['active users', 'events per active user', 'conversion of step 2']
    """
    condition = f"did(any) {days.window}" + (f" and ({among})" if among else "")
    users = len(log.segment(condition))
    limit = f" for {among}" if among else ""
    rows = log.trend(f"events of any per day during {days.during}{limit}").table
    events = int(rows["value"].sum())
    found = [
        KeyFigure.counted("active users", users, "users"),
        KeyFigure.measured("events per active user", events / users if users else None),
    ]
    last = days.last - whole_days(funnel)
    if last < days.start:
        raise DefinitionError(
            f"{days.days} days are too short for a funnel {funnel.within} long: take more days."
        )
    asked = between(ungrouped(funnel), days.start, last)
    if among and asked.segments:
        raise DefinitionError("The variants say for whom the funnel is: leave out its 'for'.")
    return found + rates(log.funnel(parse(f"{asked}{limit}")).table, str(funnel))


def shifts(log: EventLog, after: Stretch, before: Stretch) -> pd.DataFrame:
    """Return what active users did, or were, more or less often than before.

    Who was active both times counts in both: the tests take them for separate people, which makes
    them cautious where people keep to what they do.

    Returns
    -------
    DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it: after, and as
        the others before.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> after = Stretch.of(dt.date(2024, 1, 1), 91)
    >>> found = shifts(datasets.contributions(), after, after.before)
    >>> found["size"].nunique(), found["other_size"].nunique()
    (1, 1)
    """
    sizes = [len(log.segment(f"did(any) {days.window}")) for days in (after, before)]
    rows = []
    for now, then in zip(_traits(log, after), _traits(log, before), strict=True):
        counts = len(having(log, now)), len(having(log, then))
        if 0 < sum(counts) < sum(sizes):
            rows.append((now.kind, now.name, counts[0], sizes[0], counts[1], sizes[1]))
    return compared(rows)


def choose(log: EventLog, text: str) -> dict[str, str]:
    """Return the conditions of the two variants that a text names, the first one's first.

    Parameters
    ----------
    log : EventLog
    text : str
        ``old vs new``: two segments, saved or written; or a property such as ``platform`` or
        ``user.plan``: its two most frequent values, of the user's first event that has one.

    Raises
    ------
    DefinitionError
        There are not two.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> choose(datasets.contributions(), "repo")
    {'ipython': "first(repo) = 'ipython'", 'notebook': "first(repo) = 'notebook'"}
    """
    if " vs " in text:
        found = {part.strip(): part.strip() for part in text.split(" vs ")}
    else:
        of_user = text.startswith("user.")
        found = {}
        for value in log.values(text)["value"].head(2):
            found[str(value)] = f"{text if of_user else f'first({text})'} = {literal(value)}"
    if len(found) != 2:
        raise DefinitionError(f"{text!r} makes {len(found)} variants; two are compared.")
    return found


def apart(log: EventLog, days: Stretch, conditions: tuple[str, str]) -> pd.DataFrame:
    """Return what users of the second variant do more or less often than those of the first.

    Users in both variants are left out.

    Returns
    -------
    DataFrame
        As :func:`~behavio_jupyter.report.analyses.differences.differing` returns it.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> log, days = datasets.contributions(), Stretch.of(dt.date(2024, 1, 1), 91)
    >>> found = apart(log, days, tuple(choose(log, "repo").values()))
    >>> found["p_adjusted"].is_monotonic_increasing
    True
    """
    first, second = (
        log.segment(f"did(any) {days.window} and ({one}) and not ({other})").users
        for one, other in (conditions, conditions[::-1])
    )
    return differing(log, _traits(log, days), second, first)


class Readout:
    """What a launch changed: after it beside before it, or one variant beside the other.

    Parameters
    ----------
    log : EventLog
    period : Period
        The period that the report is about.
    date : str
        The day of the launch, as ``2026-07-06``. Default: so that the days after it end with the
        period.
    days : int
        How many days are looked at after it, and before it.
    variants : str
        As :func:`choose` takes it; empty: after and before.
    funnel : Funnel

    Attributes
    ----------
    after, before : Stretch
    names : (str, str)
        What the new and the old are called.
    now, then : list of KeyFigure
        Of the new and of the old.

    Raises
    ------
    DefinitionError
        There is no such day, or the log ends before its days are over.

    Examples
    --------
    >>> from behavio_jupyter import datasets, parse
    >>> log, asked = datasets.contributions(), parse("funnel code -> test within 7d")
    >>> found = Readout(log, Period.parse("2026-06"), "", 28, "", asked)
    >>> found.names
    ('after', 'before')
    >>> found.about
    'After is 2026-06-03 to 2026-06-30, before is 2026-05-06 to 2026-06-02.'
    """

    def __init__(
        self, log: EventLog, period: Period, date: str, days: int, variants: str, funnel: Funnel
    ) -> None:
        self.log, self.funnel = log, funnel
        self.after = Stretch.of(_day(date) or period.last - dt.timedelta(days=days - 1), days)
        self.before = self.after.before
        ends = last_day(log)
        if ends is None or ends < self.after.last:
            raise DefinitionError(
                f"The log ends on {ends}, before the {days} days from {self.after.start} on are "
                "over: take fewer days, or an earlier date."
            )
        found = choose(log, variants) if variants else {}
        if not found and not covered(log, self.before):
            raise DefinitionError(
                f"The log begins on {first_day(log)}, within the {days} days before "
                f"{self.after.start}: take fewer days, or a later date."
            )
        self._conditions = tuple(found.values())
        self.names = ("after", "before")
        if found:
            self.names = (*found,)[1], (*found,)[0]
            first, second = self._conditions
            self.now = figures(log, self.after, funnel, f"({second}) and not ({first})")
            self.then = figures(log, self.after, funnel, f"({first}) and not ({second})")
        else:
            self.now = figures(log, self.after, funnel)
            self.then = figures(log, self.before, funnel)

    @property
    def about(self) -> str:
        """What is compared, in a sentence."""
        if self._conditions:
            return f"{self.names[0]} beside {self.names[1]}, {self.after.during}."
        return f"After is {self.after.during}, before is {self.before.during}."

    @property
    def groups(self) -> tuple[str, str]:
        """What users of the new and of the old are called."""
        if self._conditions:
            return f"of {self.names[0]}", f"of {self.names[1]}"
        return "active after", "active before"

    @property
    def trend(self) -> TrendResult:
        """Active users day by day: over both stretches, or of both variants."""
        if self._conditions:
            second, first = self._conditions[1], self._conditions[0]
            return self.log.trend(
                f"users of any per day for {first} vs {second} during {self.after.during}"
            )
        during = f"{self.before.start} to {self.after.last}"
        return self.log.trend(f"users of any per day during {during}")

    @property
    def trend_told(self) -> str:
        """How many were active on an average day, in a sentence."""
        rows = self.trend.table
        if self._conditions:
            means = [group["value"].mean() for _, group in rows.groupby("segment", sort=False)]
            old, new = (*means, float("nan"))[:2]
        else:
            since = rows["period"].dt.date >= self.after.start
            new, old = rows.loc[since, "value"].mean(), rows.loc[~since, "value"].mean()
        return (
            f"On an average day {number(round(new, 1))} users were active {self.names[0]} and "
            f"{number(round(old, 1))} {self.names[1]}."
            if not self._conditions
            else f"On an average day {number(round(new, 1))} users of {self.names[0]} and "
            f"{number(round(old, 1))} of {self.names[1]} were active."
        )

    @cached_property
    def conversions(self) -> pd.DataFrame:
        """The rate of each step, compared; as :func:`shifts` returns it."""
        then = {one.name: one for one in self.then}
        return compared(
            [
                (
                    "funnel",
                    one.name.removeprefix("conversion of "),
                    one.count or 0,
                    one.size or 0,
                    then[one.name].count or 0,
                    then[one.name].size or 0,
                )
                for one in self.now
                if one.kind == "rate"
            ]
        )

    @cached_property
    def differences(self) -> pd.DataFrame:
        """What users do or are, compared; as :func:`shifts` or :func:`apart` returns it."""
        if self._conditions:
            first, second = self._conditions
            return apart(self.log, self.after, (first, second))
        return shifts(self.log, self.after, self.before)

    @property
    def caution(self) -> str:
        """What these differences may not be, in a sentence.

        Beside before and after it tells how many differences there were the time before: what
        always changes so much is no effect of the launch.
        """
        if self._conditions:
            return (
                "Variants that chance put people into can be read as cause and effect; variants "
                "that people chose, or that differ in more than one thing, cannot."
            )
        sure = int((self.differences["p_adjusted"] < NOISE).sum())
        told = (
            f"{sure} of {len(self.differences)} shares differ from before by more than chance makes"
        )
        also = "Whatever else happened on these days is in the difference, too."
        if not covered(self.log, self.before.before):
            return (
                f"{told}; how many did so the time before, without this launch, cannot be told: "
                f"the log begins on {first_day(self.log)}. {also}"
            )
        earlier = shifts(self.log, self.before, self.before.before)
        usual = int((earlier["p_adjusted"] < NOISE).sum())
        return (
            f"{told}; of the {self.before.days} days before, {usual} of {len(earlier)} did so "
            f"without this launch. {also}"
        )


def _traits(log: EventLog, days: Stretch) -> list[Trait]:
    end = days.last + dt.timedelta(days=1)
    return [*traits(log, days.window, end), *activity(days.window)]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise DefinitionError(f"{text!r} is no day; write it as 2026-07-06.") from None
