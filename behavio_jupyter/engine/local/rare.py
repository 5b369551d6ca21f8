"""Numbers that few events have, such as amounts: what they are compared with changes often.

Where a log keeps such a property as the rows that have it and their values, a comparison with
another constant looks at those only, and DuckDB need not read the column again.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...query.predicate import Between, Comparison, Constant, Property

MOST = 3
"""At most one of so many events has it: its rows and values then take no more than codes would."""

EXACT = ("DOUBLE", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
"""Types that compare as floats of 64 bits do, if whole numbers stay below ``WHOLE``."""

WHOLE = 1 << 53

COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Rare(NamedTuple):
    """The rows that have a number, ascending (uint32; int64 in a very long log), and the numbers.

    ``values`` are float64; none is not-a-number.
    """

    rows: NDArray[Any]
    values: NDArray[np.float64]


def compared(predicate: Any) -> str | None:
    """Return the event property that a predicate compares with plain numbers; None: it is other."""
    match predicate:
        case (
            Comparison(left=Property(owner="event") as value, right=Constant() as constant)
            | Comparison(left=Constant() as constant, right=Property(owner="event") as value)
        ):
            return value.name if _plain(constant) else None
        case Between(
            value=Property(owner="event") as value, low=Constant() as low, high=Constant() as high
        ):
            return value.name if _plain(low) and _plain(high) else None
    return None


def matching(predicate: Comparison | Between, rare: Rare) -> NDArray[Any]:
    """Return the rows, ascending, that match a predicate for which there is a name (`compared`)."""

    def side(node: Any) -> Any:
        return rare.values if isinstance(node, Property) else float(node.value)

    if isinstance(predicate, Comparison):
        left, right = side(predicate.left), side(predicate.right)
        return rare.rows[COMPARE[predicate.operator](left, right)]
    within = (rare.values >= side(predicate.low)) & (rare.values <= side(predicate.high))
    return rare.rows[within != predicate.negated]


def _plain(constant: Constant) -> bool:
    value = constant.value
    if isinstance(value, bool | str):
        return False
    return abs(value) < WHOLE if isinstance(value, int) else math.isfinite(value)
