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
from .kernels import kernel
from .parallel import over_units
from .predicate import Column, Expression
from .windows import Sight, last_rows, seen_users


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


def valued(columns: Columns, seen: Sight, condition: Any) -> Truth:
    """Evaluate a comparison of user properties, first and last values and constants (S9)."""
    node = _only_value(condition)
    if node is not None:
        return _by_event(columns, seen, condition, node)
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
        places = {
            f"r{n}": columns.store.row_ids(_row_of_value(columns, seen, node))
            for n, node in enumerate(firsts)
        }
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


def _by_event(columns: Columns, seen: Sight, condition: Any, node: FirstLast) -> Truth:
    """Evaluate a condition on one value on all events, which can be kept, and look it up there."""
    changed = {
        name: Property(name=node.property)
        for name in ("left", "right", "value")
        if getattr(condition, name, None) == node
    }
    holds = columns.mask(condition.model_copy(update=changed))
    places = _row_of_value(columns, seen, node)
    found = places >= 0
    yes = np.zeros(columns.users, np.bool_)
    yes[found] = holds[places[found]]
    no = found & ~yes
    if isinstance(condition, IsNull):
        yes[~found] = not condition.negated
        no[~found] = condition.negated
    return Truth(yes, no)


def _row_of_value(columns: Columns, seen: Sight, node: FirstLast) -> NDArray[np.int64]:
    """Return the row of each user's first or last value that is not null; -1 for none."""
    has_value = columns.mask(IsNull(value=Property(name=node.property), negated=True))
    events = node.events or Events()
    if events.where is not None:
        has_value = has_value & columns.mask(events.where)
    names = set(events.names or columns.schema.events)
    named = np.array([name in names for name in columns.schema.events], np.bool_)
    users = seen_users(columns, seen) if seen.users is None else seen.users
    stop = last_rows(columns, seen)
    out = np.full(columns.users, -1)
    last = node.which == "last"
    over_units(_edge_row, columns.offsets, users, stop, columns.event, named, has_value, last, out)
    return out


@kernel
def _edge_row(
    low: int,
    high: int,
    offsets: NDArray[np.int64],
    users: NDArray[np.bool_],
    stop: NDArray[np.int64],
    event: NDArray[np.uint16],
    named: NDArray[np.bool_],
    where: NDArray[np.bool_],
    last: bool,
    out: NDArray[np.int64],
) -> None:
    for user in range(low, high):
        if not users[user]:
            continue
        count = stop[user] - offsets[user]
        for step in range(count):
            row = stop[user] - 1 - step if last else offsets[user] + step
            if where[row] and named[event[row]]:
                out[user] = row
                break
