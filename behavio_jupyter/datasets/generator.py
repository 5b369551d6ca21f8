"""A made-up shop: logs of any size with the shapes that real ones have."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.progress import progress
from ..errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from ..log import EventLog

_DAY = 86_400_000_000
_CHUNK = 400_000

_EVENTS = (
    "visit",
    "search",
    "view",
    "heartbeat",
    "cart",
    "checkout",
    "purchase",
    "refund",
    "signup",
)
_VISIT, _SEARCH, _CART, _PURCHASE, _REFUND, _SIGNUP = 0, 1, 4, 6, 7, 8

_COUNTRIES = ("US", "DE", "GB", "FR", "IN", "BR", "JP", "CA", "ES", "IT")
_COUNTRY_SHARE = np.array([0.34, 0.14, 0.11, 0.09, 0.09, 0.07, 0.05, 0.05, 0.03, 0.03])
_COUNTRY_PULL = np.array([1.1, 1.0, 1.0, 0.9, 0.6, 0.7, 1.2, 1.0, 0.8, 0.8])
_PLATFORMS = ("web", "ios", "android")
_PLATFORM_SHARE = np.array([0.5, 0.28, 0.22])
_PLATFORM_PULL = np.array([1.0, 1.25, 0.75])
_SOURCES = ("direct", "organic", "ads", "email")
_SOURCE_SHARE = np.array([0.35, 0.3, 0.25, 0.1])
_PAGES = tuple(f"/product/{number}" for number in range(200))
_PLANS = ("free", "pro", "team")
_TIERS = ("standard", "enterprise", "strategic")
_HOURS = np.array([2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 7, 8, 7, 7, 7, 7, 8, 9, 10, 10, 8, 5, 3], float)


@dataclass(frozen=True)
class Generated:
    """A generated log.

    Attributes
    ----------
    events : pyarrow.Table
        ``user_id, event, timestamp`` (UTC) and the properties ``country, platform, source, page``
        (of views), ``order_id`` (from the cart on) and ``amount`` (of purchases and refunds),
        in the order of time.
    users : pyarrow.Table
        ``user_id, plan, tier, signup_country, signed_up``; some users have no events.
    """

    events: pa.Table
    users: pa.Table

    def connect(self) -> EventLog:
        """Open it for questions."""
        from ..data import connect_store
        from ..log import EventLog

        return EventLog(connect_store(self.events, users=self.users), "generated")


def generate(
    events: int = 100_000,
    users: int = 5_000,
    *,
    seed: int = 0,
    start: str = "2026-01-01",
    days: int = 90,
) -> Generated:
    """Return the log of a made-up shop.

    Users visit in sessions, few of them often and most seldom, more in the evening and on working
    days. A session is a visit, some browsing, and perhaps cart, checkout and purchase; how likely
    depends on country and platform. Some events share their timestamp exactly. Some purchases are
    refunded days later.

    Parameters
    ----------
    events : int
        Exactly so many.
    users : int
        Rows of the user table.
    seed : int
        The same seed gives the same log.
    start : str
        The first day.
    days : int
        How many days the log covers.

    Raises
    ------
    DataError
        A size is no whole number or negative, there are events but nobody or no day to have them,
        or the days leave the calendar.

    Examples
    --------
    >>> log = generate(1_000, 50, seed=1)
    >>> log.events.num_rows, log.users.num_rows
    (1000, 50)
    """
    events, users, seed, days = (
        _whole(name, value)
        for name, value in (("events", events), ("users", users), ("seed", seed), ("days", days))
    )
    if events < 0 or users < 0 or days < 0 or (events and not (users and days)):
        raise DataError(
            f"A log of {events} events needs users and days; these are {users} and {days}."
        )
    if seed < 0:
        raise DataError(f"A seed is a whole number from 0 on, not {seed}.")
    random = np.random.default_rng(seed)
    people = _People(random, users, _first(start, days), days)
    return Generated(_events(random, people, events), people.table())


def _whole(name: str, value: object) -> int:
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise DataError(f"{name} is a whole number, not {value!r:.60}.") from None


def _first(start: str, days: int) -> int:
    """Return the first instant; users may have joined as long before it as the log lasts."""
    try:
        first = dt.datetime.fromisoformat(start)
    except (TypeError, ValueError):
        raise DataError(f"start={start!r:.60} is no date; write it like '2026-01-01'.") from None
    try:
        first = first.astimezone(dt.UTC) if first.tzinfo else first.replace(tzinfo=dt.UTC)
        span = dt.timedelta(days=days)
        _ = first - span, first + span
    except OverflowError:
        raise DataError(
            f"{days} days before and after {start} leave the years 1 to 9999; take fewer days."
        ) from None
    return (first - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


class _People:
    """The users: how often they come, from where, since when."""

    def __init__(self, random: np.random.Generator, users: int, first: int, days: int) -> None:
        self.first, self.days = first, days
        self.visits = np.cumsum(random.lognormal(0.0, 1.4, users))
        self.country = _pick(random, _COUNTRY_SHARE, users)
        self.platform = _pick(random, _PLATFORM_SHARE, users)
        self.plan = _pick(random, np.array([0.7, 0.22, 0.08]), users)
        self.tier = _pick(random, np.array([0.85, 0.11, 0.04]), users)
        # Half of the users were there before the log begins.
        joined = random.uniform(-1.0, 0.95, users) * days * _DAY
        self.joined = first + joined.astype(np.int64)

    def ids(self) -> Any:
        import pyarrow as pa

        return pa.array([f"user-{number:07d}" for number in range(len(self.country))], pa.string())

    def table(self) -> pa.Table:
        import pyarrow as pa

        return pa.table(
            {
                "user_id": self.ids(),
                "plan": _words(self.plan, _PLANS).cast(pa.string()),
                "tier": _words(self.tier, _TIERS).cast(pa.string()),
                "signup_country": _words(self.country, _COUNTRIES).cast(pa.string()),
                "signed_up": pa.array(self.joined, pa.timestamp("us", "UTC")),
            }
        )


def _events(random: np.random.Generator, people: _People, wanted: int) -> pa.Table:
    import pyarrow as pa

    chunks: list[dict[str, NDArray[Any]]] = []
    rows = orders = 0
    if wanted:
        newcomers = np.flatnonzero(people.joined >= people.first)
        chunks.append(_signups(random, people, newcomers[: wanted // 20]))
        rows = len(chunks[0]["time"])
    with progress("Making events") as bar:
        while rows < wanted:
            # A session has about seven events.
            sessions = min(_CHUNK, (wanted - rows) // 7 + 50)
            for chunk in _sessions(random, people, sessions, orders):
                chunks.append(chunk)
                rows += len(chunk["time"])
            orders += sessions
            bar.show("Making events", min(100.0, 100 * rows / wanted))
    columns = {
        name: np.concatenate([chunk.pop(name) for chunk in chunks] or [np.empty(0, dtype)])
        for name, dtype in _COLUMNS.items()
    }
    # Only browsing is cut off: a refund without its purchase would be odd.
    spare = np.flatnonzero(columns["event"] < _CART)[::-1][: rows - wanted]
    columns["time"][spare] = np.iinfo(np.int64).max
    order = np.argsort(columns["time"], kind="stable")[:wanted]
    for name in columns:
        columns[name] = columns[name][order]
    del order
    return pa.table(
        {
            "user_id": pa.DictionaryArray.from_arrays(pa.array(columns["user"]), people.ids()),
            "event": _words(columns["event"], _EVENTS),
            "timestamp": pa.array(columns["time"], pa.int64()).cast(pa.timestamp("us", "UTC")),
            "country": _words(columns["country"], _COUNTRIES),
            "platform": _words(columns["platform"], _PLATFORMS),
            "source": _words(columns["source"], _SOURCES),
            "page": _words(columns["page"], _PAGES),
            "order_id": pa.array(columns["order"], mask=columns["order"] < 0),
            "amount": pa.array(columns["amount"], mask=np.isnan(columns["amount"])),
        }
    )


_COLUMNS: dict[str, type] = {
    "user": np.int32,
    "time": np.int64,
    "event": np.int8,
    "country": np.int8,
    "platform": np.int8,
    "source": np.int8,
    "page": np.int16,
    "order": np.int32,
    "amount": np.float64,
}
"""The columns on the way, as small as they can be; -1 stands for null."""


def _signups(
    random: np.random.Generator, people: _People, users: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    count = len(users)
    return _typed(
        user=users,
        time=people.joined[users],
        event=np.full(count, _SIGNUP),
        country=people.country[users],
        platform=people.platform[users],
        source=_pick(random, _SOURCE_SHARE, count),
        page=np.full(count, -1),
        order=np.full(count, -1),
        amount=np.full(count, np.nan),
    )


def _sessions(
    random: np.random.Generator, people: _People, sessions: int, orders: int
) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the events of some sessions, then the refunds of their purchases."""
    user = np.searchsorted(people.visits, random.random(sessions) * people.visits[-1], side="right")
    user = np.minimum(user, len(people.visits) - 1)
    travels = random.random(sessions) < 0.03
    country = np.where(travels, _pick(random, _COUNTRY_SHARE, sessions), people.country[user])
    switches = random.random(sessions) < 0.1
    platform = np.where(switches, _pick(random, _PLATFORM_SHARE, sessions), people.platform[user])
    source = _pick(random, _SOURCE_SHARE, sessions)
    begins = _begins(random, people, user)

    pull = _COUNTRY_PULL[country] * _PLATFORM_PULL[platform]
    carts = random.random(sessions) < 0.3 * pull
    checks = carts & (random.random(sessions) < 0.6)
    buys = checks & (random.random(sessions) < np.minimum(0.7 * pull, 0.95))
    browsing = random.geometric(0.18, sessions)
    length = 1 + browsing + carts + checks + buys

    row = np.repeat(np.arange(sessions), length)
    opens = np.cumsum(length) - length
    place = np.arange(len(row)) - opens[row]
    after = place - browsing[row]
    browse = _SEARCH + _pick(random, np.array([0.3, 0.6, 0.1]), len(row))
    event = np.where(after > 0, _CART - 1 + after, np.where(place == 0, _VISIT, browse))
    gaps = 1 + random.exponential(40e6, len(row)).astype(np.int64)
    # Only different events tie, or they would be repeated rows.
    ties = (random.random(len(row)) < 0.03) & (event != np.roll(event, 1))
    ties &= ~np.roll(ties, 1)
    gaps[ties | (place == 0)] = 0
    elapsed = np.cumsum(gaps)
    time = begins[row] + elapsed - elapsed[opens][row]
    bought = event == _PURCHASE
    price = np.round(random.lognormal(3.2, 0.8, sessions), 2)
    end = people.first + people.days * _DAY
    chunk = _typed(
        user=user[row],
        time=time,
        event=event,
        country=country[row],
        platform=platform[row],
        source=source[row],
        page=np.where(event == _SEARCH + 1, random.zipf(1.4, len(row)) % len(_PAGES), -1),
        order=np.where(after > 0, orders + row, -1),
        amount=np.where(bought, price[row], np.nan),
    )
    yield {name: values[time < end] for name, values in chunk.items()}

    back = np.flatnonzero(bought & (random.random(len(row)) < 0.06))
    later = time[back] + (random.uniform(0.5, 12.0, len(back)) * _DAY).astype(np.int64)
    back, later = back[later < end], later[later < end]
    refunds = {name: values[back] for name, values in chunk.items()}
    refunds["time"] = later
    refunds["event"] = np.full(len(back), _REFUND, np.int8)
    yield refunds


def _begins(
    random: np.random.Generator, people: _People, user: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return when sessions begin: after the user joined, seldom at night or on weekends."""
    joined = np.maximum(people.joined[user] - people.first, 0)
    span = people.days * _DAY - joined
    begins = joined + (random.random(len(user)) * span).astype(np.int64)
    weekday = ((people.first + begins) // _DAY + 3) % 7
    again = (weekday >= 5) & (random.random(len(user)) < 0.35)
    begins[again] = joined[again] + (random.random(int(again.sum())) * span[again]).astype(np.int64)
    hour = _pick(random, _HOURS / _HOURS.sum(), len(user))
    clocked = begins // _DAY * _DAY + hour * 3_600_000_000 + begins % 3_600_000_000
    return people.first + np.where(clocked >= joined, clocked, begins)


def _pick(
    random: np.random.Generator, shares: NDArray[np.float64], count: int
) -> NDArray[np.int64]:
    places = np.searchsorted(np.cumsum(shares), random.random(count), side="right")
    return np.minimum(places, len(shares) - 1)


def _typed(**columns: NDArray[Any]) -> dict[str, NDArray[Any]]:
    return {name: columns[name].astype(dtype) for name, dtype in _COLUMNS.items()}


def _words(codes: NDArray[Any], words: tuple[str, ...]) -> Any:
    import pyarrow as pa

    indices = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
