"""Finding the columns of an event log by their usual names and types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import DataError, nearest_hint

_NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "user": (
        ("userid",),
        ("user", "uid", "distinctid", "visitorid", "customerid", "clientid", "personid"),
        ("accountid", "memberid", "playerid", "subscriberid", "contactid", "username", "caseid"),
        ("customer", "client", "visitor", "person", "member", "player", "case", "caseconceptname"),
    ),
    "event": (
        ("event", "eventname"),
        ("eventtype", "action", "activity", "activityname", "actiontype", "eventaction"),
        ("conceptname", "behavior", "behaviour", "eventkey", "verb"),
    ),
    "time": (
        ("timestamp", "eventtime", "eventtimestamp"),
        ("time", "ts", "datetime", "occurredat", "eventdatetime", "eventtimestampmicros"),
        ("createdat", "date", "eventdate", "timetimestamp", "receivedat", "loggedat", "sentat"),
    ),
}
"""Usual names without case and punctuation; the names of one row fit equally well."""


def find(role: str, names: Sequence[str], types: Sequence[str], taken: set[str]) -> str:
    """Return the column that plays a role.

    Parameters
    ----------
    role : {"user", "event", "time"}
    names, types : sequences of str
        The columns and their DuckDB types.
    taken : set of str
        Columns that already play another role.

    Raises
    ------
    DataError
        None fits, or several fit equally well.

    Examples
    --------
    >>> find("user", ["Customer ID", "what"], ["BIGINT", "VARCHAR"], set())
    'Customer ID'
    """
    free = [(name, type_) for name, type_ in zip(names, types, strict=True) if name not in taken]
    for tier in _NAMES[role]:
        fits = [name for name, _ in free if re.sub(r"[\W_]", "", name.casefold()) in tier]
        if fits:
            return _only(role, fits)
    if role == "time":
        fits = [name for name, type_ in free if type_.startswith(("TIMESTAMP", "DATE"))]
    elif role == "user":
        fits = [name for name, _ in free if re.search(r"(?:[\W_]|^|[a-z](?=I))id$", name, re.I)]
    else:
        fits = [name for name, type_ in free if type_.startswith(("VARCHAR", "ENUM"))]
    if not fits:
        raise DataError(
            f"No column looks like the {role} of an event; say which one is with {role}=…"
            f" (the columns: {_listed(names)})."
        )
    return _only(role, fits)


def check(argument: str, column: object, names: Sequence[str]) -> str:
    """Return a column that the user named, or say which one is nearest.

    Examples
    --------
    >>> check("user", "who", ["who", "what"])
    'who'
    """
    if isinstance(column, str) and column in names:
        return column
    if isinstance(column, str):
        same = [name for name in names if name.casefold() == column.casefold()]
        if len(same) == 1:
            return same[0]
    near = nearest_hint(str(column), names)
    raise DataError(f"{argument}={column!r:.60}: no such column{near}.")


def _only(role: str, fits: list[str]) -> str:
    if len(fits) > 1:
        raise DataError(
            f"Several columns could be the {role}: {_listed(fits)}; say which one with {role}=…."
        )
    return fits[0]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"{name!r:.30}" for name in names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown or "none"
