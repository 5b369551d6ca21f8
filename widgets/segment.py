"""The segment builder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import traitlets

from behavio_jupyter import BehavioError, EventLog, Segment
from behavio_jupyter.query import Definition, parse_part
from behavio_jupyter.query.predicate import And
from behavio_jupyter.query.segment import InSegment
from behavio_jupyter.result import SegmentResult

from .base import AnalysisWidget
from .log_widget import Content, built, sentence
from .plain import plain

_DAYS = ((45, "day"), (420, "week"))
"""A log of at most so many days is first shown over time by this period; a longer one by month."""


class SegmentBuilder(AnalysisWidget):
    """Build a segment by clicking: nested groups of conditions (semantics.md, "Segment").

    Each condition tells how many users it removes or adds: how many there would be without it.
    The users, those they share with saved segments and their number over time are shown; a
    segment is saved under a name.

    Parameters
    ----------
    log : EventLog
    question : Segment, str or None
        What is asked first, such as ``"did(purchase) in last 30d"``; default: nothing yet.

    Attributes
    ----------
    further : dict or None
        What is asked once the number of users is known: ``effects``, by the path of a condition
        (``without``, ``change``), and ``overlap`` with saved segments, or an ``error``; ``text``,
        ``request`` and ``page`` say of which question.

    Examples
    --------
    >>> from behavio_jupyter import datasets
    >>> builder = SegmentBuilder(datasets.cdnow(), "count(purchase) >= 10")
    >>> builder.definition = "count(purchase) >= 10 and last_seen >= 60d ago"
    >>> builder.wait()
    >>> builder.text, builder.answer["users"]
    ('%segment count(purchase) >= 10 and last_seen >= 60d ago', 739)
    >>> builder.further["effects"]["condition.parts.1"]
    {'without': 1145, 'change': -406}
    """

    _esm = built("segment.js")
    _css = built("segment.css")

    asks: ClassVar[Any] = Segment

    further = traitlets.Any(None).tag(sync=True)

    def __init__(self, log: EventLog, question: Definition | str | None = None) -> None:
        self._number, self._page = 0, ""
        super().__init__(log, question)

    def drawn(self, result: SegmentResult) -> dict[str, Any]:
        """Return how many users there are, of how many, and their share with its interval."""
        share, low, high = plain([result.share, *result.interval])
        first, end = result.facts.first, result.facts.end
        days = 0 if first is None or end is None else (end - first).days
        return {
            "about": result.subtitle.removeprefix(f"{result.counted} · "),
            "rule": result.rule,
            "nothing": result.nothing,
            "users": len(result),
            "seen": result.answer.seen,
            "share": share,
            "low": low,
            "high": high,
            "per": next((per for most, per in _DAYS if days <= most), "month"),
        }

    def wait(self) -> None:
        """Wait for the answer to what is asked now, and for what is asked after it."""
        super().wait()
        self._aside["further",].wait()

    # What is asked after the answer

    @traitlets.observe("definition")
    def _ask(self, change: object = None) -> None:
        # What belongs to the question before must not hold this one up.
        self._call_off("further", "over_time")
        if change is not None or self.request:
            self._number, self._page = self.request, self.page
        super()._ask(change)

    def _take_answer(self, asked: Any, found: Any) -> None:
        super()._take_answer(asked, found)
        result, _ = found
        if not isinstance(result, SegmentResult):
            self.further = None
        elif result is self._result:
            self._aside["further",].do(
                partial(_further, result),
                partial(self._take_further, result),
                lambda error: self._take_further(result, {"error": sentence(error)}),
            )

    def _take_further(self, result: SegmentResult, found: dict[str, Any]) -> None:
        with self._at_once():
            if result is self._result and result.definition == self.definition:
                asked = {"text": self.text, "request": self._number, "page": self._page}
                self.further = {**asked, **found}

    # Requests of the browser

    @property
    def requests(self) -> dict[str, Callable[[Content], Content]]:
        """What can be asked for, and what answers it."""
        return {**super().requests, "condition": _condition, "over_time": self._over_time}

    def users(self, pick: Content) -> SegmentResult:
        """Return the users of the segment, or of one beside it that is shown.

        Parameters
        ----------
        pick : dict
            Empty; or ``without``, the path of a condition; or ``both``, the name of a segment; or
            ``per`` and ``period``, at whose end the condition is to hold.
        """
        result = self._result
        if not isinstance(result, SegmentResult):
            raise BehavioError("There is no answer yet whose users could be shown.")
        if "without" in pick:
            return result.without(pick["without"])
        if "period" in pick:
            return result.at_end_of(pick["per"], pick["period"])
        if "both" in pick:
            both = And(parts=(result.definition.condition, InSegment(name=pick["both"])))
            return self._log.segment(result.definition.model_copy(update={"condition": both}))
        return result

    @property
    def _knows_segments(self) -> bool:
        return True  # it tells what it shares with each of them

    def _over_time(self, content: Content) -> Content:
        frame = self.users({}).over_time(content["per"])
        columns = {name: plain(frame[name]) for name in ("users", "share", "complete")}
        return {"period": [one.isoformat() for one in frame["period"]], **columns}


def _further(result: SegmentResult) -> dict[str, Any]:
    effects = result.effects.set_index("path")[["without", "change"]]
    return {
        "effects": effects.to_dict("index"),
        "overlap": [
            dict(zip(row, plain(row.values()), strict=True))
            for row in result.overlap.to_dict("records")
        ],
    }


def _condition(content: Content) -> Content:
    return {"condition": parse_part("condition", content["text"]).model_dump(mode="json")}
