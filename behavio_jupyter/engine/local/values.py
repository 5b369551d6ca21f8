"""Conditions on values of a user: user properties, first and last values of event properties."""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import BehavioError
from ...query.predicate import Events, FirstLast, IsNull, Property
from .columns import Columns
from .predicate import Column, Expression
from .windows import Rows, edge_rows, wanted


class Truth(NamedTuple):
    """Of which users a condition is true and of which it is false; of others it is null."""

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]


def known(yes: NDArray[np.bool_]) -> Truth:
    """Return the truth of what is never null."""
    return Truth(yes, ~yes)


def valued(columns: Columns, rows: Rows, condition: Any) -> Truth:
    """Evaluate a comparison of user properties, first and last values and constants (S9)."""
    firsts: list[FirstLast] = []

    def resolve(node: Property | FirstLast) -> Column:
        if isinstance(node, Property):
            info = columns.info(node)
            return Column(f"u.{info.column}", info.kind)
        if node not in firsts:
            firsts.append(node)
        info = columns.info(Property(name=node.property))
        return Column(f"e{firsts.index(node)}.{info.column}", info.kind)

    expression = Expression(condition, resolve, columns.schema.timezone)
    cursor = columns.store.cursor()
    source = "users u"
    if firsts:
        places = {f"r{n}": _row_of_value(columns, rows, node) for n, node in enumerate(firsts)}
        cursor.register("places", pd.DataFrame({"user_no": range(columns.users), **places}))
        source += " join places f on f.user_no = u.user_no" + "".join(
            f" left join events e{n} on e{n}.rowid = f.r{n}" for n in range(len(firsts))
        )
    try:
        found = cursor.execute(
            "select n, coalesce(v, false) as yes, coalesce(not v, false) as no"
            f" from (select u.user_no as n, {expression.sql} as v from {source})",
            expression.parameters,
        ).fetchnumpy()
    except duckdb.Error as error:
        raise BehavioError(
            f"{condition} cannot be evaluated: {str(error).splitlines()[0]}"
        ) from error
    truth = Truth(np.zeros(columns.users, np.bool_), np.zeros(columns.users, np.bool_))
    truth.yes[found["n"]] = found["yes"]
    truth.no[found["n"]] = found["no"]
    return truth


def _row_of_value(columns: Columns, rows: Rows, node: FirstLast) -> NDArray[np.int64]:
    """Return the row of each user's first or last value that is not null; -1 for none."""
    has_value = columns.mask(IsNull(value=Property(name=node.property), negated=True))
    sought = wanted(columns, node.events or Events())
    where = has_value & sought.where if len(sought.where) else has_value
    return edge_rows(columns, rows, sought._replace(where=where), last=node.which == "last")
