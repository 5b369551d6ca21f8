"""The trend explorer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import traitlets

from behavio_jupyter import DefinitionError, Retention, Trend
from behavio_jupyter.query import parse_part
from behavio_jupyter.query.trend import series_of
from behavio_jupyter.result import ActivityResult, TrendResult

from .base import AnalysisWidget, texts_of
from .copied import line_of
from .log_widget import built
from .trend_answer import activity_drawn, trends_drawn

_PERIODS = {"lifecycle": ("day", "week", "month"), "stickiness": ("week", "month")}


class TrendExplorer(AnalysisWidget):
    """Build trends by clicking: series, formulas, groups, the range before; lifecycle, stickiness.

    Several lines share everything but what they count (semantics.md, "Trend"). ``definition`` is
    the first one; ``series`` has what each of them counts, as text:

    - a ``definition`` that is set replaces the first line and the clauses of all; None, all lines;
    - ``series`` that are set keep the clauses. Without any, nothing is asked.

    In the browser a formula is typed with letters, ``A / B``; here it stands with what it counts:
    ``sum(purchase.amount) / users of visit``. ``text`` has a line of magic for each.

    As ``view``, lifecycle and stickiness (R9, R10) are of the events of the first series; ``text``
    is then the retention that has them.

    Parameters
    ----------
    log : EventLog
    question : Trend, str or None
        What is asked first, such as ``"users of visit per week"``; default: nothing yet.

    Attributes
    ----------
    definition : Trend or None
    series : list of str
        What each line counts, the first one that of ``definition``.
    view : {"trend", "lifecycle", "stickiness"}
    compare : bool
        Whether a trend is compared with the range before (T9).

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> explorer = TrendExplorer(datasets.cdnow(), "users of purchase per month")
    >>> explorer.series = [*explorer.series, "events of purchase / users of purchase"]
    >>> explorer.wait()
    >>> print(explorer.text)
    %trend users of purchase per month
    %trend events of purchase / users of purchase per month
    >>> explorer.results[1].table["value"].round(2).tolist()[:3]
    [1.14, 1.17, 1.22]
    """

    _esm = built("trend.js")
    _css = built("trend.css")

    asks: ClassVar[Any] = Trend

    series: traitlets.List[str] = traitlets.List(traitlets.Unicode())
    view = traitlets.Enum(("trend", "lifecycle", "stickiness"), "trend").tag(sync=True)
    compare = traitlets.Bool(False).tag(sync=True)
    expressions: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """What each line counts, as the browser has it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._lines: tuple[Any, ...] = ()
        self._titles: tuple[str | None, ...] = ()
        self._setting = False
        super().__init__(*given, **named)

    @property
    def results(self) -> tuple[TrendResult, ...]:
        """The answer of each line, as ``log.run`` gives it; none in the other views."""
        found: Any = super().result
        return found.results if isinstance(found, _Lines) else ()

    @property
    def result(self) -> Any:
        """The answer of the first line, or what ``retention.activity(view)`` gives."""
        return self.results[0] if self.results else super().result

    def drawn(self, result: Any) -> dict[str, Any]:
        """Return the values and changes of each line; or the numbers of lifecycle, stickiness."""
        if isinstance(result, ActivityResult):
            return activity_drawn(result)
        return trends_drawn(result.results, result.names, compare=result.compare)

    # What is asked, set from Python

    @traitlets.validate("series")
    def _valid_series(self, proposal: dict[str, Any]) -> list[str]:
        return [str(parse_part("expression", text)) for text in proposal["value"]]

    @traitlets.observe("definition")
    def _ask(self, _change: object = None) -> None:
        if not self._setting:
            first = () if self.definition is None else (self.definition.value,)
            self._set(first and (*first, *self._lines[1:]), self.definition)

    @traitlets.observe("series", "view", "compare")
    def _change(self, _change: object = None) -> None:
        if not self._setting:
            lines = tuple(parse_part("expression", text) for text in self.series)
            self._set(lines, self.definition)

    def _set(
        self,
        lines: Sequence[Any],
        clauses: Trend | None,
        names: Sequence[str] | None = None,
        **more: Any,
    ) -> None:
        """Set all that says what is asked, then ask it; ``names`` are those of the browser."""
        with self._at_once():
            self._setting = True
            try:
                self._lines = tuple(lines)
                self._titles = tuple(names or [None] * len(lines))
                self.series = [str(line) for line in lines]
                self.expressions = [line.model_dump(mode="json") for line in lines]
                self.definition = _trend_of(lines, clauses)
                for name, value in more.items():
                    self.set_trait(name, value)
            finally:
                self._setting = False
            super()._ask()

    # What is asked, set in the browser

    def _take(self, asked: dict[str, Any] | None) -> None:
        draft = dict(asked or {"expressions": []})
        names = draft.pop("names", None)
        more = {name: draft.pop(name) for name in ("view", "compare") if name in draft}
        clauses = [
            Trend.model_validate({**draft, "value": value}) for value in draft.pop("expressions")
        ]
        self._set([one.value for one in clauses], clauses[0] if clauses else None, names, **more)

    # What is said and answered

    def _question(self) -> _Asked | None:
        if self.definition is None:
            return None
        trends = tuple(self.definition.model_copy(update={"value": line}) for line in self._lines)
        return _Asked(trends, self._titles, self.view, self.compare)

    def _line(self) -> str:
        asked = self._question()
        with contextlib.suppress(DefinitionError):
            asked_of = asked.definitions if asked else ()
            return "\n".join(line_of(one, self._log) for one in asked_of)
        return ""

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield from texts_of(self.definition)
        for place, line in enumerate(self._lines):
            yield from texts_of(line, f"series.{place}")

    def _result_of(self, asked: _Asked) -> _Lines | ActivityResult:
        if asked.view != "trend":
            part: Any = asked.view
            return self._log.retention(asked.definitions[0]).activity(part)
        results = tuple(self._log.trend(one) for one in asked.definitions)
        return _Lines(results, asked.names, asked.compare)

    @property
    def state(self) -> str:
        """All lines, the view and whether they are compared, as JSON."""
        if self.definition is None:
            return ""
        state = {"trend": line_of(self.definition), "series": self.series, "view": self.view}
        return json.dumps({**state, "compare": self.compare}, ensure_ascii=False)

    def restore(self, state: str) -> None:
        """Go on from an earlier ``state``."""
        kept = json.loads(state)
        lines = [parse_part("expression", text) for text in kept["series"]]
        clauses: Any = self._read(kept["trend"])
        self._set(lines, clauses, view=kept["view"], compare=kept["compare"])


@dataclass(frozen=True)
class _Asked:
    """All lines, and what of them is looked at."""

    trends: tuple[Trend, ...]
    names: tuple[str | None, ...]
    """What the browser called each line when it asked; its rows may have moved since."""
    view: str
    compare: bool

    @property
    def definitions(self) -> tuple[Trend | Retention, ...]:
        """What is asked of the log.

        Raises
        ------
        DefinitionError
            The view has no such periods.
        """
        if self.view == "trend":
            return self.trends
        first = self.trends[0]
        periods = _PERIODS[self.view]
        if first.per not in periods:
            raise DefinitionError(
                f"{self.view.capitalize()} is per {', '.join(periods[:-1])} or {periods[-1]}, "
                f"not per {first.per}."
            )
        events = series_of(first.value)[0].events
        clauses = {name: getattr(first, name) for name in ("per", "where", "segments", "during")}
        return (Retention(start=events, returning=events, **clauses),)


@dataclass(frozen=True, repr=False)
class _Lines:
    """The answers of all lines as one result."""

    results: tuple[TrendResult, ...]
    names: tuple[str | None, ...]
    compare: bool

    def to_fragment(self) -> str:
        return "\n".join(result.to_fragment() for result in self.results)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.results))

    def users(self, line: int, **pick: Any) -> Any:
        return self.results[line].users(**pick)


def _trend_of(lines: Sequence[Any], clauses: Trend | None) -> Trend | None:
    if not lines:
        return None
    if clauses is None:
        return Trend(value=lines[0])
    return Trend.model_validate({**dict(clauses), "value": lines[0]})
