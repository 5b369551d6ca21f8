from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numba.core.dispatcher import Dispatcher

from behavio_jupyter.engine.local import LocalEngine, funnel_rules
from behavio_jupyter.engine.local.funnel_attempts import reaching
from behavio_jupyter.errors import DefinitionError, UnknownNameError
from behavio_jupyter.query import DateRange, Exclusion, Funnel, Sessions
from tests.definitions import by, compare, did, events, step, steps, without

from .small_logs import engine

# ann: visit 10:00, cart 10:05, buy 10:20; visit again 11:00.
# bob: visit 09:00, buy 09:10 (no cart), cart 09:30. cat: visit only. dan: never visits.
SHOP = """
    ann | 2026-01-05 10:00 | visit | country=US
    ann | 2026-01-05 10:05 | cart  | country=US
    ann | 2026-01-05 10:20 | buy   | country=DE
    ann | 2026-01-05 11:00 | visit | country=FR
    bob | 2026-01-06 09:00 | visit | country=DE
    bob | 2026-01-06 09:10 | buy   | country=DE
    bob | 2026-01-06 09:30 | cart  | country=US
    cat | 2026-01-13 12:00 | visit
    dan | 2026-01-13 13:00 | buy   | country=US
"""


@pytest.fixture(scope="module")
def log() -> LocalEngine:
    return engine(SHOP)


def ask(text: str = "visit cart buy", within: str = "1h", **options: Any) -> Funnel:
    return Funnel(steps=steps(text), within=within, **options)


def counts(log: LocalEngine, funnel: Funnel) -> Any:
    """The counts of the steps; by group if there are groups."""
    answer = log.answer(funnel)
    if not answer.groups:
        return answer.counts["count"].tolist()
    keys = list(answer.groups)
    grouped = answer.counts.groupby(keys if len(keys) > 1 else keys[0], sort=False)["count"]
    return grouped.agg(list).to_dict()


def users(log: LocalEngine, funnel: Funnel, **pick: Any) -> list[str]:
    return log.members(funnel, pick).tolist()


def history(text: str) -> LocalEngine:
    """One user's log: ``"a 0, b 5 p=x"``, minutes from 10:00."""
    rows = []
    for part in text.split(","):
        name, minute, *rest = part.split()
        time = pd.Timestamp("2026-01-05 10:00") + pd.Timedelta(minutes=float(minute))
        rows.append(" | ".join(["ann", str(time), name, *rest]))
    return engine("\n".join(rows))


def test_steps_in_order(log: LocalEngine) -> None:
    assert counts(log, ask()) == [3, 2, 1]
    assert counts(log, ask(within="19m")) == [3, 1, 0]
    assert counts(log, ask(within="20m")) == [3, 1, 1]


def test_times_and_histogram(log: LocalEngine) -> None:
    answer = log.answer(ask())
    assert answer.times["step"].tolist() == [0, 2, 3]
    assert answer.times["count"].tolist() == [1, 2, 1]
    # visit to cart takes ann 5 and bob 30 minutes.
    assert answer.times["median"].tolist() == [1200, 1050, 900]
    assert answer.times["p25"].tolist() == [1200, 675, 900]
    # 20 of 60 minutes is the lower end of bin 8 of 24.
    assert answer.histogram["count"].tolist() == [int(bin == 8) for bin in range(24)]
    assert answer.histogram["low"].tolist()[8] == 1200
    assert answer.histogram["high"].tolist()[-1] == 3600


def test_layout(log: LocalEngine) -> None:
    answer = log.answer(ask(by=by("country"), per="week"))
    assert answer.groups == ("country", "period")
    assert list(answer.counts) == ["country", "period", "step", "count"]
    assert str(answer.counts["period"].dtype) == "datetime64[us, UTC]"
    assert str(answer.counts["count"].dtype) == "int64"
    assert list(answer.times)[2:] == ["step", "count", "p25", "median", "p75", "p90"]


def test_deepest_attempt_and_first_entry() -> None:
    log = history("a 0, a 50, b 55")
    assert counts(log, ask("a b", "10m")) == [1, 1]
    assert counts(log, ask("a b", "10m", counting="first entries")) == [1, 0]


def test_of_equally_deep_attempts_the_earliest() -> None:
    log = history("a 0, a 4, b 5, a 20, b 21")
    assert log.answer(ask("a b", "10m")).times["median"].tolist() == [300, 300]


def test_attempts_do_not_overlap() -> None:
    # a 0 converts at 5; a 6 does not and blocks until 16; a 17 converts.
    log = history("a 0, a 1, b 5, a 6, a 16, a 17, b 18")
    assert counts(log, ask("a b", "10m", counting="attempts")) == [3, 2]
    assert users(log, ask("a b", "10m", counting="attempts"), step=1, dropped=True) == ["ann"]


def test_an_attempt_begins_after_the_one_before() -> None:
    # The window of a 0 holds a 10; b 5 ends the attempt of a 0, and that of a 5 with it.
    within = {"counting": "attempts"}
    assert counts(history("a 0, a 10, b 11"), ask("a b", "10m", **within)) == [1, 0]
    assert counts(history("a 0, a 5, b 5, b 6"), ask("a b", "10m", **within)) == [1, 1]


def test_sessions() -> None:
    log = history("a 0, b 20, a 60, c 65, a 100, b 101")
    assert counts(log, ask("a b", "1h", counting="sessions")) == [3, 2]
    ten = Sessions(gap="10m")
    assert counts(log, ask("a b", "1h", counting="sessions", sessions=ten)) == [3, 1]
    whole = Sessions(by="off")
    assert counts(log, ask("a b", "1h", counting="sessions", sessions=whole)) == [1, 1]


def test_mapped_sessions_gather_events_that_lie_apart() -> None:
    log = engine(
        """
        ann | 2026-01-05 10:00 | a | tab=1
        ann | 2026-01-05 10:01 | a | tab=2
        ann | 2026-01-05 10:02 | b | tab=1
        ann | 2026-01-05 10:03 | a | tab=1
        """,
        session="tab",
    )
    mapped = Sessions(by="mapped")
    assert counts(log, ask("a b", counting="sessions", sessions=mapped)) == [2, 1]


def test_equal_times_are_ordered_by_step() -> None:
    # By name buy comes before cart and visit; all three happen at once.
    log = history("visit 0, cart 0, buy 0")
    assert counts(log, ask()) == [1, 1, 1]
    assert counts(log, ask("buy cart visit")) == [1, 1, 1]
    assert counts(log, ask("buy cart visit", order="strict")) == [1, 1, 1]


def test_strict_order() -> None:
    log = history("a 0, x 1, b 2, a 3, b 4")
    assert counts(log, ask("a b", order="strict")) == [1, 1]
    assert log.answer(ask("a b", order="strict")).times["median"].tolist() == [60, 60]
    assert counts(history("a 0, x 1, b 2"), ask("a b", order="strict")) == [1, 0]
    kept = ask("a b", order="strict", where=compare("p", "=", "y"))
    assert counts(history("a 0 p=y, x 1 p=n, b 2 p=y"), kept) == [1, 1]


def test_any_order() -> None:
    assert counts(history("c 0, a 2, b 6"), ask("a b c", order="any")) == [1, 1, 1]
    answer = history("c 0, a 2, b 6").answer(ask("a b c", order="any"))
    assert answer.times["median"].tolist() == [360, 120, 240]
    assert counts(history("a 0, a 2"), ask("a b", order="any")) == [1, 0]


def test_any_order_gives_an_event_to_another_step_if_it_must() -> None:
    # Steps: (a or b), b. The first b could fill either; an a later takes the first step.
    wide = Funnel(steps=(step("a", "b"), step("b")), within="1h", order="any")
    assert counts(history("b 0, a 5"), wide) == [1, 1]
    assert counts(history("a 0, a 5"), wide) == [1, 0]


def test_optional_step() -> None:
    log = history("a 0, b 1, c 2, a 10, c 11")
    assert counts(log, ask("a b? c")) == [1, 1, 1]
    answer = history("a 0, c 2").answer(ask("a b? c"))
    assert answer.counts["count"].tolist() == [1, 0, 1]
    # c is timed from a, the last required step before it.
    assert answer.times["median"].tolist()[2] == 120
    # Where c is not reached, b counts up to the end of the window.
    assert counts(history("a 0, b 59"), ask("a b? c")) == [1, 1, 0]
    assert counts(history("a 0, b 61"), ask("a b? c")) == [1, 0, 0]


def test_optional_steps_share_no_event() -> None:
    twice = Funnel(
        steps=(step("a"), step("b", optional=True), step("b", optional=True), step("c")),
        within="1h",
    )
    assert counts(history("a 0, b 1, c 2"), twice) == [1, 1, 0, 1]
    assert counts(history("a 0, b 1, b 2, c 3"), twice) == [1, 1, 1, 1]


def test_exclusion() -> None:
    plain = history("a 0, x 1, b 2, a 10, b 11")
    assert counts(plain, ask("a b", exclusions=(without("x"),))) == [1, 1]
    assert plain.answer(ask("a b", exclusions=(without("x"),))).times["median"][0] == 60
    # b is not reached: x excludes up to the end of the window.
    assert counts(history("a 0, x 60"), ask("a b", exclusions=(without("x"),))) == [0, 0]
    assert counts(history("a 0, x 61"), ask("a b", exclusions=(without("x"),))) == [1, 0]
    # The event that fills step b is not between.
    assert counts(history("a 0, b 1"), ask("a b", exclusions=(without("b"),))) == [1, 1]
    early = (without("x", 1, 2),)
    assert counts(history("a 0, b 1, x 2, c 3"), ask("a b c", exclusions=early)) == [1, 1, 1]


def test_nothing_is_compiled_again_in_every_process() -> None:
    # A kernel that is a part of others is kept with them; called by itself it is not.
    answer = history("a 0, b 1").answer(ask("a b", counting="attempts"))
    assert answer.counts["count"].tolist() == [1, 1]
    kernels = [each for each in vars(funnel_rules).values() if isinstance(each, Dispatcher)]
    assert kernels
    assert [kernel for kernel in kernels if kernel.signatures and not kernel.stats.cache_path] == []


def test_same_value() -> None:
    log = history("a 0 p=1, a 1 p=2, b 2 p=2, b 3 p=1")
    answer = log.answer(ask("a b", same="p"))
    assert answer.counts["count"].tolist() == [1, 1]
    assert answer.times["median"][0] == 180
    assert counts(history("a 0 p=1, b 2 p=2"), ask("a b", same="p")) == [1, 0]
    assert counts(history("a 0, b 2 p=2"), ask("a b", same="p")) == [0, 0]
    assert counts(log, ask("a b", same="p", counting="attempts")) == [1, 1]
    assert counts(log, ask("a b", same="p", order="strict")) == [1, 1]
    assert counts(log, ask("a b", same="p", order="any")) == [1, 1]


def test_breakdown_and_attribution(log: LocalEngine) -> None:
    first = {"DE": [1, 1, 0], "US": [1, 1, 1], "(none)": [1, 0, 0]}
    assert counts(log, ask(by=by("country"))) == dict(sorted(first.items()))
    last = ask(by=by("country"), attribution="last")
    # ann's last step is at DE, bob's (cart) at US.
    assert counts(log, last) == {"(none)": [1, 0, 0], "DE": [1, 1, 1], "US": [1, 1, 0]}
    third = ask(by=by("country"), attribution=3)
    assert counts(log, third) == {"(none)": [2, 1, 0], "DE": [1, 1, 1]}
    top = ask(by=by("country", top=1), attribution=3)
    assert counts(log, top) == {"(none)": [2, 1, 0], "(other)": [1, 1, 1]}
    assert users(log, top, country="(other)") == ["ann"]


def test_values_spelled_like_groups_belong_to_them() -> None:
    # Two users at '(other)', one each at x, y, '(none)' and null.
    log = engine(
        """
        ann | 2026-01-05 10:00 | visit | p=(other)
        bob | 2026-01-05 10:00 | visit | p=(other)
        cat | 2026-01-05 10:00 | visit | p=x
        dan | 2026-01-05 10:00 | visit | p=y
        eve | 2026-01-05 10:00 | visit | p=(none)
        eve | 2026-01-05 10:01 | buy
        fay | 2026-01-05 10:00 | visit
        """
    )
    question = ask("visit buy", by=by("p"))
    found = {"(none)": [2, 1], "x": [1, 0], "y": [1, 0], "(other)": [2, 0]}
    assert counts(log, question) == found
    assert users(log, question, step=1, p="(none)") == ["eve", "fay"]
    assert users(log, question, step=1, p="(other)") == ["ann", "bob"]
    assert list(counts(log, question)) == list(found)
    assert counts(log, ask("visit buy", by=by("p", top=2)))["(other)"] == [3, 0]


def test_breakdown_by_a_user_property() -> None:
    plans = pd.DataFrame({"user_id": ["ann", "bob"], "plan": ["pro", "free"]})
    log = engine(SHOP, users=plans)
    assert counts(log, ask(by=by("plan", owner="user"))) == {
        "(none)": [1, 0, 0],
        "free": [1, 1, 0],
        "pro": [1, 1, 1],
    }


def test_segments(log: LocalEngine) -> None:
    assert counts(log, ask(segments=(did("cart"),))) == [2, 2, 1]
    compared = ask(segments=(did("cart"), did("visit")))
    assert list(counts(log, compared).values()) == [[2, 2, 1], [3, 2, 1]]
    name = str(compared.segments[0])
    assert users(log, compared, step=1, segment=name) == ["ann", "bob"]


def test_range_holds_openings_only(log: LocalEngine) -> None:
    until = DateRange(end="2026-01-05T10:01:00")
    assert counts(log, ask(during=until)) == [1, 1, 1]
    after = DateRange(start="2026-01-05T10:01:00", end="2026-01-06T00:00:00")
    assert counts(log, ask(during=after)) == [1, 0, 0]


def test_per_week(log: LocalEngine) -> None:
    answer = log.answer(ask(per="week"))
    assert answer.counts["count"].tolist() == [2, 2, 1, 1, 0, 0]
    # The second week is not over when the log ends on Tuesday the 13th.
    assert answer.complete is not None
    assert answer.complete.tolist() == [True, False]
    assert users(log, ask(per="week"), step=1, period="2026-01-12") == ["cat"]


def test_members(log: LocalEngine) -> None:
    assert users(log, ask()) == ["ann"]
    assert users(log, ask(), step=2) == ["ann", "bob"]
    assert users(log, ask(), step=2, dropped=True) == ["bob"]
    assert users(log, ask(), step=3, dropped=True) == ["ann"]
    assert users(log, ask("visit cart? buy"), step=2, dropped=True) == []


@pytest.mark.parametrize("pick", [{"step": 4}, {"step": 0}, {"step": True}, {"dropped": "yes"}])
def test_members_of_a_step_there_is_not(log: LocalEngine, pick: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        users(log, ask(), **pick)


def test_members_of_an_unknown_group(log: LocalEngine) -> None:
    with pytest.raises(DefinitionError, match=r"cannot be picked by 'contry'.*'country'"):
        users(log, ask(by=by("country")), contry="US")
    with pytest.raises(UnknownNameError):
        users(log, ask(by=by("country")), country="XX")


def test_too_many_exclusions(log: LocalEngine) -> None:
    many = tuple(Exclusion(events=events("cart")) for _ in range(32))
    with pytest.raises(DefinitionError, match="at most 31"):
        counts(log, ask("visit buy", exclusions=many))


def test_reaching(log: LocalEngine) -> None:
    def reached(text: str, within: int | None = None, end: int | None = None) -> list[bool]:
        return reaching(log.columns, steps(text), within, end).tolist()

    assert reached("visit cart buy") == [True, False, False, False]
    assert reached("visit cart") == [True, True, False, False]
    assert reached("visit cart", within=5 * 60_000_000) == [True, False, False, False]
    end = int(pd.Timestamp("2026-01-05 10:05", tz="UTC").as_unit("us").asm8.astype(np.int64))
    assert reached("visit cart", end=end) == [True, False, False, False]
    assert reached("visit cart", end=end - 1) == [False] * 4
    # Optional steps hold nothing up.
    assert reached("visit cart? buy") == [True, True, False, False]


def test_large_histories_split_over_threads() -> None:
    # 300 users with 1 000 events: every third user converts once, after 1 minute.
    minutes = np.tile(np.arange(1000), 300)
    user = np.repeat(np.arange(300), 1000)
    name = np.where(minutes == 10, "a", np.where((minutes == 11) & (user % 3 == 0), "b", "x"))
    from behavio_jupyter.data import connect_store

    frame = pd.DataFrame(
        {
            "user_id": user,
            "timestamp": pd.Timestamp("2026-01-05") + pd.to_timedelta(minutes, unit="min"),
            "event": name,
        }
    )
    log = LocalEngine(connect_store(frame), {})
    answer = log.answer(ask("a b"))
    assert answer.counts["count"].tolist() == [300, 100]
    assert answer.times["p90"].tolist() == [60, 60]
