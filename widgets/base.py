"""What the widgets that ask a question share: a definition both ways, and its answer."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import traitlets

from behavio_jupyter import BehavioError, DefinitionError, EventLog, Segment
from behavio_jupyter.background import Background
from behavio_jupyter.query import Definition, Question
from behavio_jupyter.query.base import Printed
from behavio_jupyter.query.predicate import walk
from behavio_jupyter.query.segment import InSegment
from behavio_jupyter.result import Result

from .catalog import events_by_frequency
from .copied import line_of, question_of
from .defined import DefinedWidget
from .kept import NOTHING_ASKED, UNREADABLE, copy_of, copy_of_sentence
from .log_widget import Content, sentence
from .notebook import Place


class AnalysisWidget(DefinedWidget):
    """A question that is asked by clicking, and its answer.

    A subclass names what it ``asks`` and its JavaScript, and says in :meth:`drawn` what is drawn
    of a result. Of answers only the newest is wanted.

    Parameters
    ----------
    log : EventLog
    question : definition, str or None
        What is asked first: as after the word of the magic, or with it.

    Attributes
    ----------
    definition : definition or None
        What is asked; can be set (text will do) and observed. None: nothing yet.
    text : str
        The line of magic that asks the same.
    answer : dict or None
        What is drawn.
    error : str
        Why there is no answer, in a sentence.
    """

    asks: ClassVar[Any]
    """The model of the definition."""

    definition = traitlets.Any(None).tag(
        sync=True, to_json=lambda value, _: value and value.model_dump(mode="json")
    )
    text = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Any(None).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    """The number of the answer: who clicks on one says on which."""
    busy = traitlets.Bool(False).tag(sync=True)
    common = traitlets.Dict().tag(sync=True, to_json=lambda value, _: sorted(value))
    """Clauses that hold for what is asked, whatever it says itself; the browser knows the names."""
    events: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Name and number of events, the most frequent first; empty until they are counted."""

    def __init__(self, log: EventLog, question: Definition | str | None = None) -> None:
        self._result: Any = None
        self._asked: Any = None
        self._asking = Background()
        super().__init__(log)
        self._count_events()
        given = self._read(question)
        self._place = Place(type(self).__name__, log.name, line_of(given))
        state = self._place.asked
        if state:
            # A saved text that cannot be read any more gives way to what the cell says.
            with contextlib.suppress(*UNREADABLE):
                self.restore(state)
                return
        self.definition = given

    @abstractmethod
    def drawn(self, result: Any) -> dict[str, Any]:
        """Return what the browser draws of a result: names, numbers, text; no not-a-number."""

    def wait(self) -> None:
        """Wait for the answer to what is asked now.

        Raises
        ------
        BehavioError
            This is an observer of what the browser changes, or of the answer: the next one comes
            once it is through. Go on in an observer of ``answer`` instead.
        """
        self._may_wait()
        self._asking.wait()

    @property
    def result(self) -> Result | None:
        """The answer as ``log.run`` gives it; None while there is none to what is asked now."""
        found: Result | None = None if self.busy else self._result
        return found

    # The definition and its answer

    @traitlets.validate("definition")
    def _valid_definition(self, proposal: dict[str, Any]) -> Definition | None:
        return self._limited(self._read(proposal["value"]))

    def _limited(self, asked: Definition | None) -> Definition | None:
        return asked.model_copy(update=self.common) if asked and self.common else asked

    @traitlets.observe("common")
    def _limit(self, _change: object) -> None:
        self.definition = self._limited(self.definition)

    def _read(self, question: Any) -> Question | Segment | None:
        kind = self.asks.model_fields["kind"].default
        if isinstance(question, str):
            if not question.strip():
                return None
            question = question_of(question, kind)
        found = getattr(question, "definition", question)
        if found is not None and not isinstance(found, self.asks):
            raise DefinitionError(f"{type(self).__name__} asks a {kind}, not {found!r:.60}.")
        return found

    def _should_send_property(self, key: str, value: Any) -> bool:
        # A definition is drawn with the text of its parts: it waits for them (see _ask).
        with self._telling:
            if key == "definition" and not self._holding_sync:
                return False
            return super()._should_send_property(key, value)

    @traitlets.observe("definition")
    def _ask(self, _change: object = None) -> None:
        # As one: what another thread asks meanwhile must not be taken for what is shown.
        with self._telling:
            asked = self._asked = self._question()
            with self._at_once():
                self._should_send_property("definition", self.definition)  # with its parts
                self.text = self._line()
                self.parts = {} if asked is None else dict(self._texts())
                self.error = ""
                self.busy = asked is not None
            self._asking.do(
                partial(self._answered, asked),
                partial(self._take_answer, asked),
                partial(self._take_failure, asked),
            )

    def _log_changed(self) -> None:
        super()._log_changed()
        with self._telling:
            self.text = self._line()
        if self._store is not self._log.store:
            self._count_events()
            self._ask()
        elif self._knows_segments:
            self._ask()

    def _count_events(self) -> None:
        self._store = self._log.store
        self._aside["events",].do(
            partial(events_by_frequency, self._log),
            partial(self.set_trait, "events"),
            self._fail_aside,
        )

    @property
    def _knows_segments(self) -> bool:
        """Whether the answer is another one once a segment is saved."""
        asked = self.definition
        return asked is not None and any(isinstance(node, InSegment) for node in walk(asked))

    # What a widget with more than a definition says otherwise

    def _question(self) -> Any:
        """Return all of what is asked now; None: nothing yet."""
        return self.definition

    def _line(self) -> str:
        """Return what magics take to ask the same."""
        return line_of(self.definition, self._log)

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield the path and the text of every part of what is asked."""
        return texts_of(self.definition)

    def _result_of(self, asked: Any) -> Any:
        """Return the answer to what is asked."""
        return self._log.run(asked)

    @property
    def state(self) -> str:
        """The text of what is asked."""
        return line_of(self.definition)

    def restore(self, state: str) -> None:
        """Ask again what was asked."""
        self.definition = self._read(state)

    def _answered(self, asked: Any) -> tuple[Any, dict[str, Any] | None]:
        if asked is None:
            return None, None
        result = self._result_of(asked)
        return result, self.drawn(result)

    def _take_answer(self, asked: Any, found: tuple[Any, dict[str, Any] | None]) -> None:
        with self._at_once():
            if asked != self._asked:
                return
            self._result, answer = found
            self.error = ""
            self.busy = False
            self.answered += 1
            # At last: an observer of it asks what may be the next question.
            self.answer = answer
        self._show_copy_again()

    def _take_failure(self, asked: Any, error: Exception) -> None:
        with self._telling:
            if asked == self._asked:
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        with self._at_once():
            # Not where an answer came, and somebody who observes it went wrong.
            if self.busy:
                self._result = None
            self.error = sentence(error)
            self.busy = False
        self._show_copy_again()

    def _fail_aside(self, error: Exception) -> None:
        self.error = sentence(error)

    # Requests of the browser

    def _take(self, asked: dict[str, Any] | None) -> None:
        definition = self._limited(self.asks.model_validate(asked) if asked else None)
        if definition == self.definition:
            self._ask()
        self.definition = definition

    def _refuse(self, error: Exception) -> None:
        self._asking.call_off()
        self._fail(error)

    def _users(self, content: Content) -> Content:
        self._still_shown(content)
        found = super()._users(content)
        self._still_shown(content)  # there may be another answer by now
        return found

    def _still_shown(self, content: Content) -> None:
        if content["answer"] != self.answered:
            raise BehavioError("There is a newer answer: look for the users there.")

    def users(self, pick: Content) -> Any:
        """Return the users behind a number of the answer."""
        if self._result is None:
            raise BehavioError("There is no answer yet whose users could be shown.")
        return self._result.users(**pick)

    # The notebook

    def copy(self) -> dict[str, str]:
        """Return the answer for where no browser draws it, as HTML and as plain text."""
        if self.error or self._result is None:
            return copy_of_sentence(self.error or NOTHING_ASKED)
        return copy_of(self._result.to_fragment(), repr(self._result))


def texts_of(node: Printed, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every part of a definition."""
    for field in type(node).model_fields:
        value = getattr(node, field)
        items = enumerate(value) if isinstance(value, tuple) else [("", value)]
        for place, item in items:
            if isinstance(item, Printed):
                here = ".".join(str(part) for part in (path, field, place) if part != "")
                yield here, str(item)
                yield from texts_of(item, here)
