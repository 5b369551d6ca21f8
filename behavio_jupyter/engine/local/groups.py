"""Groups of a result: breakdown values, segments, periods (docs/semantics.md A2 to A4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DefinitionError, UnknownNameError
from ...query.clauses import Breakdown
from ..answers import NONE, OTHER
from .calendar import Periods
from .columns import Codes


@dataclass(frozen=True)
class Values:
    """The kept values of a breakdown.

    Attributes
    ----------
    column : str
        The group column's name.
    names : list of str
        Kept values in order of rank, then ``(other)`` if anything is in it.
    place : int32 array
        For each code + 1 of the property (0 is null): its position in ``names``; -1 where it
        never occurs.
    """

    column: str
    names: list[str]
    place: NDArray[np.int32]

    def of(self, codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the position in ``names`` of each code."""
        return self.place[codes + 1]


def rank(
    breakdown: Breakdown, codes: Codes, weights: NDArray[np.int64], taken: Sequence[str]
) -> Values:
    """Rank values by weight (one for null, then one for each code), keep the top, join the rest.

    A value that is spelled ``(none)`` or ``(other)`` belongs to that group. ``taken`` are the names
    of the table's own columns.
    """
    labels = [NONE, *codes.names]
    sizes = weights.tolist()
    spelled_none = [position for position in range(1, len(labels)) if labels[position] == NONE]
    for position in spelled_none:
        sizes[0] += sizes[position]
        sizes[position] = 0
    occurring = [position for position, size in enumerate(sizes) if size > 0]
    named = [position for position in occurring if labels[position] != OTHER]
    ranked = sorted(named, key=lambda position: (-sizes[position], labels[position]))
    kept = ranked[: breakdown.top]
    rest = ranked[breakdown.top :] + [
        position for position in occurring if labels[position] == OTHER
    ]
    place = np.full(len(labels), -1, np.int32)
    place[kept] = np.arange(len(kept))
    place[rest] = len(kept)
    place[spelled_none] = place[0]
    name = (
        breakdown.property.name
        if breakdown.property.owner == "event"
        else f"user.{breakdown.property.name}"
    )
    return Values(
        # Also where nothing is compared: a name that comes and goes with a clause breaks notebooks.
        f"by {name}" if name in (*taken, "segment", "period") else name,
        [labels[position] for position in kept] + ([OTHER] if rest else []),
        place,
    )


@dataclass(frozen=True)
class Groups:
    """The groups of a result in the order of its rows: value, then segment, then period.

    Arrays of counts that go with it have the shape ``(values, segments, periods)``, with a length
    of 1 where the question does not group by it.
    """

    values: Values | None
    segments: tuple[str, ...]
    periods: Periods | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the group columns."""
        names = [self.values.column] if self.values else []
        names += ["segment"] if self.segments else []
        return tuple(names + (["period"] if self.periods is not None else []))

    @property
    def shape(self) -> tuple[int, int, int]:
        """The number of values, segments and periods."""
        return (
            len(self.values.names) if self.values else 1,
            len(self.segments) or 1,
            len(self.periods) if self.periods is not None else 1,
        )

    def frame(self, repeats: int | NDArray[np.int64], **columns: Any) -> pd.DataFrame:
        """Return a frame with ``repeats`` rows for each group (one number, or one a group)."""
        if not self.columns:
            return pd.DataFrame(columns)
        group = np.repeat(np.arange(math.prod(self.shape)), repeats)
        periods = self.shape[2]
        segments = self.shape[1] * periods
        data: dict[str, Any] = {}
        if self.values:
            data[self.values.column] = _texts(self.values.names, group // segments)
        if self.segments:
            data["segment"] = _texts(self.segments, group // periods % len(self.segments))
        if self.periods is not None:
            data["period"] = self.periods.labels[group % periods]
        return pd.DataFrame({**data, **columns})

    def chosen(self, pick: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
        """Return which value, segment and period a pick of group columns means; None for all."""
        value = segment = period = None
        if self.values and self.values.column in pick:
            value = _position(self.values.column, str(pick[self.values.column]), self.values.names)
        if self.segments and "segment" in pick:
            segment = _position("segment", str(pick["segment"]), self.segments)
        if self.periods is not None and "period" in pick:
            period = position_of(self.periods, pick["period"], "period")
        return value, segment, period


def _texts(names: Sequence[str], places: NDArray[np.int64]) -> Any:
    """Return the names at some places; only the names themselves are looked at one by one."""
    return pd.array(names, dtype="str").take(places)


def position_of(periods: Periods, moment: Any, what: str) -> int:
    """Return which period begins at a moment given as text or timestamp."""
    labels = periods.labels
    try:
        stamp = pd.Timestamp(moment)
    except ValueError:
        like = labels[0].isoformat() if len(labels) else "2026-01-31"
        raise DefinitionError(f"{moment!r} is no {what}; write it like {like}.") from None
    stamp = (
        stamp.tz_localize(periods.timezone)
        if stamp.tzinfo is None
        else stamp.tz_convert(periods.timezone)
    )
    found = np.flatnonzero(labels == stamp)
    if not len(found):
        raise UnknownNameError(what, str(moment), [str(label.date()) for label in labels])
    return int(found[0])


def _position(kind: str, name: str, names: Sequence[str]) -> int:
    if name not in names:
        raise UnknownNameError(f"value of {kind}", name, names)
    return list(names).index(name)
