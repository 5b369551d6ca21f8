"""What can be typed after a magic: shown by ``%funnel?``, ``%explore?``, ``%funnel`` alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from html import escape
from types import MethodType
from typing import TYPE_CHECKING, Any

from behavio_jupyter.interrupts import interruptible
from behavio_jupyter.overview import facts

from .values import users_of, values_of

if TYPE_CHECKING:
    from behavio_jupyter import EventLog
    from behavio_jupyter.query.text import Kind

_TOLD = ("names", "properties", "of users", "segments")
"""What is told of a log: what a question may name."""
_TABS = (
    ("Segments", "a cohort of conditions: how many users, and what each condition does"),
    ("Funnel", "steps searched, dragged, filtered: conversion, times, drop-off"),
    ("Retention", "cohorts as a heatmap, curves, churn, survival"),
    ("Paths", "what follows what; click a node to begin, end or hide there"),
    ("Trends", "lines, formulas, the period before; lifecycle and stickiness"),
    ("Users", "one user's events, sessions and properties"),
)
_NO_LOG = "No event log is open; open one with %behavio connect."


class Help:
    """What a question can say, with examples from a log; shows itself in a notebook.

    Parameters
    ----------
    kind : {"funnel", "retention", "paths", "trend", "segment", "timeline"}
    log : EventLog or None
        The log that would answer; None where none is open.
    """

    def __init__(self, kind: Kind, log: EventLog | None) -> None:
        from behavio_jupyter.query.check import Catalog
        from behavio_jupyter.query.guide import guide

        self._kind = kind
        self._log = "" if log is None else log.name
        self._facts = [] if log is None else [pair for pair in facts(log) if pair[0] in _TOLD]
        if log is None:
            self._guide = guide(kind, Catalog(()))
        else:
            self._guide = guide(
                kind,
                log.catalog,
                lambda property_: values_of(log, property_),
                lambda typed: users_of(log, typed),
            )

    @property
    def _title(self) -> str:
        return f"%{self._kind}: {self._guide.asks[0].lower()}{self._guide.asks[1:]}"

    @property
    def _lines(self) -> list[str]:
        lines = [f"%{self._kind} {example}" for example in self._guide.examples]
        if self._kind == "segment":
            lines.append(f"%segment some_name = {self._guide.examples[0]}")
        return lines

    def __repr__(self) -> str:
        wide = max(len(form) for form, _ in self._guide.clauses if len(form) < 50)
        clauses = [
            f"  {form:<{wide}}  {means}"
            if len(form) <= wide
            else f"  {form}\n  {'':<{wide}}  {means}"
            for form, means in self._guide.clauses
        ]
        known = [f"  {what:<10}  {said}" for what, said in self._facts] or [f"  {_NO_LOG}"]
        return "\n".join(
            [
                self._title,
                "",
                "Try",
                *(f"  {line}" for line in self._lines),
                "",
                f"In the log {self._log}".rstrip(),
                *known,
                "",
                "Clauses, in any order" if self._kind != "segment" else "Conditions",
                *clauses,
                "",
                "Tab completes whatever can stand at the cursor.",
            ]
        )

    def _repr_html_(self) -> str:
        cell = 'style="text-align:left;color:inherit;background:none;padding:.15em .8em"'
        known = "".join(
            f"<tr><th {cell}>{escape(what)}</th><td {cell}>{escape(said)}</td></tr>"
            for what, said in self._facts
        )
        clauses = "".join(
            f"<tr><td {cell}><code>{escape(form)}</code></td><td {cell}>{escape(means)}</td></tr>"
            for form, means in self._guide.clauses
        )
        lines = escape("\n".join(self._lines))
        return (
            f"<div><b>{escape(self._title)}</b><pre>{lines}</pre>"
            + (f"<table>{known}</table>" if known else f"<p>{_NO_LOG}</p>")
            + f"<table>{clauses}</table></div>"
        )


def tour(log: EventLog | None, name: str | None) -> str:
    """Return what ``%explore`` opens, with examples from a log and its name; None: none is open."""
    from behavio_jupyter.query.check import Catalog
    from behavio_jupyter.query.guide import guide

    examples = []
    for kind in ("funnel", "retention", "segment"):
        shown = (
            guide(kind, Catalog(()))
            if log is None
            else guide(kind, log.catalog, lambda property_: values_of(log, property_))
        )
        examples.append(f"%explore {kind} {shown.examples[0]}")
    told = [] if log is None else [pair for pair in facts(log) if pair[0] in _TOLD]
    known = [f"  {what:<10}  {said}" for what, said in told] or [f"  {_NO_LOG}"]
    return "\n".join(
        [
            "%explore: explore a log by clicking",
            "",
            "Try",
            *(f"  {line}" for line in ["%explore", *examples]),
            f"  %explore @{name or 'shop'}",
            "  app = %explore",
            "",
            f"In the log {name or ''}".rstrip(),
            *known,
            "",
            "Tabs, under one bar for range, filter and segments",
            *(f"  {tab:<10}  {does}" for tab, does in _TABS),
            "",
            "Each tab shows the line of magic that asks the same, to copy. A click on whatever is",
            "drawn shows the users behind it, and saves them as a segment. Ctrl+Z takes back.",
        ]
    )


class Documented:
    """A magic whose documentation is made when it is looked at.

    IPython asks an object for ``getdoc()`` before it looks at its docstring, in ``%funnel?`` and
    in what a kernel answers to an inspection.
    """

    def __init__(self, magic: MethodType, document: Callable[[], str]) -> None:
        # What IPython looks for in a magic lies in it: nothing runs, and is interrupted, for that.
        update_wrapper(self, magic)
        self.__self__ = magic.__self__
        self._magic = magic
        self._document = document

    @interruptible
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the magic; an interrupt is told in a sentence wherever it comes."""
        return self._magic(*args, **kwargs)

    def getdoc(self) -> str:
        """Return what the magic can be given, with examples from the log that is open."""
        return self._document()
