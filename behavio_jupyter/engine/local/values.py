"""Conditions on values of a user: user properties, first and last values of event properties."""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import BehavioError
from ...query.predicate import Between, Constant, Events, FirstLast, IsNull, Property
from .columns import Columns
from .predicate import Column, Expression
from .windows import Rows, edge_rows, wanted


class Truth(NamedTuple):
    """Of which users a condition is true and of which it is false; of others it is null."""

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]

    @property
    def negated(self) -> Truth:
        """The truth of ``not``."""
        return Truth(self.no, self.yes)


def known(yes: NDArray[np.bool_]) -> Truth:
    """Return the truth of what is never null."""
    return Truth(yes, ~yes)


def valued(columns: Columns, rows: Rows, condition: Any) -> Truth:
    """Evaluate a comparison of user properties, first and last values and constants (S9)."""
    node = _only_value(condition)
    if node is not None:
        return _by_event(columns, rows, condition, node)
    firsts: list[FirstLast] = []

    def resolve(node: Property | FirstLast) -> Column:
        if isinstance(node, Property):
            info = columns.info(node)
            return Column(f"u.{info.column}", columns.holds(info))
        if node not in firsts:
            firsts.append(node)
        info = columns.info(Property(name=node.property))
        return Column(f"e{firsts.index(node)}.{info.column}", columns.holds(info))

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


def _only_value(condition: Any) -> FirstLast | None:
    """Return the first or last value that a condition compares with nothing but constants."""
    values = [getattr(condition, name, None) for name in ("left", "right", "value", "low", "high")]
    found = [value for value in values if not isinstance(value, Constant | None)]
    if isinstance(condition, Between) and found != [condition.value]:
        # ``5 between first(p) and 3`` is false, not null, where there is no first(p).
        return None
    return found[0] if len(found) == 1 and isinstance(found[0], FirstLast) else None


def _by_event(columns: Columns, rows: Rows, condition: Any, node: FirstLast) -> Truth:
    """Evaluate a condition on one value on all events, which can be kept, and look it up there."""
    changed = {
        name: Property(name=node.property)
        for name in ("left", "right", "value")
        if getattr(condition, name, None) == node
    }
    holds = columns.mask(condition.model_copy(update=changed))
    places = _row_of_value(columns, rows, node)
    found = places >= 0
    yes = np.zeros(columns.users, np.bool_)
    yes[found] = holds[places[found]]
    no = found & ~yes
    if isinstance(condition, IsNull):
        yes[~found] = not condition.negated
        no[~found] = condition.negated
    return Truth(yes, no)


def _row_of_value(columns: Columns, rows: Rows, node: FirstLast) -> NDArray[np.int64]:
    """Return the row of each user's first or last value that is not null; -1 for none."""
    has_value = columns.mask(IsNull(value=Property(name=node.property), negated=True))
    sought = wanted(columns, node.events or Events())
    where = has_value & sought.where if len(sought.where) else has_value
    return edge_rows(columns, rows, sought._replace(where=where), last=node.which == "last")
