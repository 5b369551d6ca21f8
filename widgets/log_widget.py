"""What every widget on a log has: the names in the log, and requests from the browser."""

from __future__ import annotations

import threading
from abc import ABCMeta
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from behavio_jupyter import BehavioError, EventLog, Segment
from behavio_jupyter.background import Background
from behavio_jupyter.query.predicate import Property

from .catalog import names
from .copied import line_of
from .history import history_of

_STATIC = Path(__file__).parent / "static"


def built(name: str) -> str:
    """Return a file of the browser's side of widgets.

    Text, not a path: anywidget watches a file for as long as Python runs, and would keep every
    widget, and with it every result that was ever shown.
    """
    return (_STATIC / name).read_text(encoding="utf-8")


_FIRST_USERS = 100
_MOST_VALUES = 200

Content = dict[str, Any]
"""A message of the browser, or what is answered."""


class _Meta(ABCMeta, type(anywidget.AnyWidget)):  # type: ignore[misc]
    """Traits and abstract methods in one class."""


class LogWidget(anywidget.AnyWidget, metaclass=_Meta):
    """A widget that answers requests about a log.

    The browser sends what it wants as messages (``{"ask": …, "id": …, "page": …}``); the answer is
    a message with the same ``id`` and ``page``. Work is done in a thread of its own; a request
    calls off the one of its kind before, which is answered by ``called_off``. Requests of two
    pages, or with another ``apart``, as those of two views of a widget, are of two kinds.

    ``id`` counts the requests of a ``page``. JupyterLab hands a page's messages to the kernel's
    main thread first and to another one later, so that a message can overtake those before it:
    what was overtaken by one of its kind is called off.

    Parameters
    ----------
    log : EventLog
    """

    catalog = traitlets.Dict().tag(sync=True)
    """The names a question may use: see :func:`~behavio_jupyter.widgets.catalog.names`."""

    changed = traitlets.Int(0).tag(sync=True)
    """How often the log's events became others: values that the browser knows are old then."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._events_of = log.store
        self._aside: defaultdict[tuple[str, ...], Background] = defaultdict(Background)
        self._newest: dict[tuple[str, ...], int] = {}
        self._telling = threading.RLock()
        super().__init__()
        self.catalog = self._names()
        self.on_msg(self._receive)
        log.watch(self._log_changed)

    @property
    def requests(self) -> dict[str, Callable[[Content], Content]]:
        """What can be asked for, and what answers it."""
        return {
            "values": self._values,
            "users": self._users,
            "save": self._save,
            "timeline": self._timeline,
        }

    def users(self, pick: Content) -> Any:
        """Return the users behind a number that is shown, as a segment's result.

        A widget without such numbers has no use for it.

        Parameters
        ----------
        pick : dict
            Names the number, as ``result.users`` takes it.

        Raises
        ------
        BehavioError
            Nothing is shown, or there is no such number.
        """
        raise BehavioError(f"There is no number here that is picked by {pick}.")

    def _names(self) -> dict[str, Any]:
        """Return what the browser knows of the log."""
        return names(self._log)

    def _log_changed(self) -> None:
        """Renew what is known of the log: a segment, events, or its address are others."""
        self.catalog = self._names()
        if self._log.store is not self._events_of:
            self._events_of = self._log.store
            self.changed += 1

    def open(self) -> None:
        """Open the widget for the browser; one that was closed shows again."""
        self.__dict__.pop("_repr_mimebundle_", None)  # what closing leaves
        self.layout.open()
        super().open()

    def close(self) -> None:
        """Close the widget and its layout, which ipywidgets would keep."""
        if self.comm is not None:
            self.layout.close()
        super().close()

    def _show(self, text: str) -> None:
        """Show the widget; ``text`` stands in for it where the notebook is not trusted."""
        self.open()
        live: Any = self._repr_mimebundle_()
        data, metadata = live if isinstance(live, tuple) else (live, {})
        display({**data, "text/plain": text}, metadata=metadata, raw=True)

    def _should_send_property(self, key: str, value: Any) -> bool:
        # While another thread tells several traits at once, ipywidgets can lose what is added.
        with self._telling:
            return bool(super()._should_send_property(key, value))

    def _receive(self, _widget: object, content: Content, _buffers: object) -> None:
        number, asked = content["id"], content["ask"]
        kind = (asked, content["page"], content.get("apart", ""))
        with self._telling:
            if number < self._newest.get(kind, 0):
                self._reply(content, {"called_off": True})
                return
            self._newest[kind] = number
            self._begin(kind, content)

    def _begin(self, kind: tuple[str, ...], content: Content) -> None:
        """Begin to answer a request."""
        self._aside[kind].do(
            partial(self.requests[content["ask"]], content),
            partial(self._reply, content),
            lambda error: self._reply(content, {"error": sentence(error)}),
            lambda: self._reply(content, {"called_off": True}),
        )

    def _reply(self, content: Content, found: Content) -> None:
        # All pages hear it.
        self.send({"id": content["id"], "page": content["page"], **found})

    def _call_off(self, *asked: str) -> None:
        """Call off all requests of these names."""
        for kind, background in list(self._aside.items()):
            if kind[0] in asked:
                background.call_off()

    def _values(self, content: Content) -> Content:
        wanted = Property(name=content["name"], owner=content["owner"])
        return {"values": list(map(str, self._log.values(wanted)["value"].head(_MOST_VALUES)))}

    def _users(self, content: Content) -> Content:
        found = self.users(content["pick"])
        first = found.users.head(_FIRST_USERS)
        return {
            "count": len(found),
            "first": list(map(str, first)),
            "text": str(found.definition),
            "line": line_of(found.definition, self._log),
        }

    def _save(self, content: Content) -> Content:
        taken = self._log.segments.get(content["name"])
        if taken is not None and not content.get("replace", False):
            return {"taken": str(taken)}
        # As it is shown, in text or as the browser has it: what is asked may be another by now.
        segment = content["segment"]
        if not isinstance(segment, str):
            segment = Segment.model_validate(segment)
        self._log.save_segment(content["name"], segment)
        return {"saved": content["name"]}

    def _timeline(self, content: Content) -> Content:
        return history_of(
            self._log,
            content["user"],
            content.get("before"),
            content.get("event"),
            content.get("text"),
        )


def sentence(error: Exception) -> str:
    """Return what is told of an error."""
    return str(error) if isinstance(error, BehavioError) else f"{type(error).__name__}: {error}"
