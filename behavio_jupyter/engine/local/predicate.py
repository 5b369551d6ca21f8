"""Conditions as DuckDB expressions. Constants go in as parameters, columns by their store name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from ...data.instants import instant
from ...errors import DefinitionError
from ...query.predicate import (
    And,
    Arithmetic,
    Between,
    Comparison,
    Constant,
    FirstLast,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Property,
)


class Column(NamedTuple):
    """A value as SQL and what it holds: ``text``, ``number``, ``boolean``, ``time`` or ``date``."""

    sql: str
    kind: str


Resolve = Callable[[Property | FirstLast], Column]

_PLAIN = (Comparison, In, Between, Like, IsNull, Not, And, Or)


# Looked up, not pasted: no SQL is made of what a definition holds, however it was made.
_COMPARED_BY = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CALCULATED_BY = {sign: sign for sign in "+-*/%"}


class Expression:
    """One condition translated: ``sql`` with ``?`` for each of ``parameters``.

    Null follows SQL's three-valued logic, which is what docs/semantics.md P1 asks for.
    """

    def __init__(self, condition: Any, resolve: Resolve, timezone: str) -> None:
        self._resolve = resolve
        self._timezone = timezone
        self.parameters: list[Any] = []
        self.sql = self._condition(condition)

    def _condition(self, node: Any) -> str:
        match node:
            case And() | Or():
                word = " and " if isinstance(node, And) else " or "
                return "(" + word.join(self._condition(part) for part in node.parts) + ")"
            case Not():
                return f"(not {self._condition(node.part)})"
            case Comparison():
                left, right = self._aligned(node.left, node.right)
                return f"({left} {_COMPARED_BY[node.operator]} {right})"
            case Between():
                value, low, high = self._aligned(node.value, node.low, node.high)
                return f"({value} {'not ' * node.negated}between {low} and {high})"
            case In():
                value, *options = self._aligned(
                    node.value, *(Constant(value=option) for option in node.options)
                )
                return f"({value} {'not ' * node.negated}in ({', '.join(options)}))"
            case Like():
                value = self._value(node.value, "text").sql
                # In front of no sign that it could escape, a backslash is one itself.
                self.parameters.append(re.sub(r"\\([%_\\]?)", _escaped, node.pattern))
                matches = f"{'not ' * node.negated}like ? escape '\\'"
                return f"(cast({value} as varchar) {matches})"
            case IsNull(value=Property() | FirstLast() as value):
                return f"({self._resolve(value).sql} is {'not ' * node.negated}null)"
            case IsNull():
                return f"({self._value(node.value, 'text').sql} is {'not ' * node.negated}null)"
        raise TypeError(f"no predicate: {node!r}")

    def _aligned(self, *values: Any) -> list[str]:
        """Translate values that are compared; text beside times is read as a time."""
        kinds = [self._kind(value) for value in values]
        other = next(
            (
                kind
                for value, kind in zip(values, kinds, strict=True)
                if not isinstance(value, Constant)
            ),
            "",
        )
        return [self._value(value, other).sql for value in values]

    def _kind(self, value: Any) -> str:
        match value:
            case Property() | FirstLast():
                return self._resolve(value).kind
            case Arithmetic():
                return "number"
            case Constant(value=bool()):
                return "boolean"
            case Constant(value=str()):
                return "text"
        return "number"

    def _value(self, node: Any, beside: str) -> Column:
        match node:
            case Property() | FirstLast():
                column = self._resolve(node)
                # The store keeps some text as enums, which do not compare as text does.
                plain = column.kind != "text"
                return column if plain else Column(f"cast({column.sql} as varchar)", "text")
            case Constant(value=str() as text) if beside in ("time", "date"):
                self.parameters.append(self._moment(text, beside))
                return Column("cast(? as timestamp)", "time")
            case Constant(value=bool() as truth):
                return Column("true" if truth else "false", "boolean")
            case Constant(value=str() as text):
                self.parameters.append(text)
                return Column("cast(? as varchar)", "text")
            case Constant():
                self.parameters.append(node.value)
                return Column("?", "number")
            case Arithmetic():
                # Doubles throughout: integer columns would overflow instead of answering.
                left = f"cast({self._value(node.left, 'number').sql} as double)"
                right = f"cast({self._value(node.right, 'number').sql} as double)"
                if node.operator in "/%":
                    right = f"nullif({right}, 0)"
                return Column(f"({left} {_CALCULATED_BY[node.operator]} {right})", "number")
        raise TypeError(f"no value: {node!r}")

    def _moment(self, text: str, kind: str) -> dt.datetime:
        """Return a time as the store holds it: in UTC, but in the calendar beside dates."""
        try:
            moment = pd.Timestamp(text).to_pydatetime()
        except ValueError:
            raise DefinitionError(
                f"{text!r} is compared with a time but is none; write it like '2026-01-31'."
            ) from None
        if kind == "date":
            local = moment.astimezone(ZoneInfo(self._timezone)) if moment.tzinfo else moment
            return local.replace(tzinfo=None)
        return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=instant(moment, self._timezone))


def _escaped(backslash: re.Match[str]) -> str:
    return backslash[0] if backslash[1] else r"\\"
