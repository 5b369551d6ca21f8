"""What reports compare, beside a plain count in pandas."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from behavio_jupyter import connect, datasets, parse
from behavio_jupyter.errors import DefinitionError
from behavio_jupyter.report import (
    Period,
    breakdowns,
    counting,
    differences,
    drawing,
    drops,
    launch,
    staying,
    ways,
)
from behavio_jupyter.report.analyses.traits import activity, having, traits
from behavio_jupyter.result.statistics import compare, holm
from behavio_jupyter.result.wording import number


@pytest.fixture(scope="module")
def made():
    return datasets.generate(6_000, 500, seed=3)


@pytest.fixture(scope="module")
def log(made):
    log = made.connect()
    log.save_segment("buyers", "did(purchase)")
    return log


@pytest.fixture(scope="module")
def rows(made):
    rows = made.events.to_pandas()
    rows["time"] = pd.to_datetime(rows["time" if "time" in rows else "timestamp"], utc=True)
    return rows.rename(columns={"user_id": "user"})


def test_traits_are_users_with_such_an_event(log, rows):
    window = "between 2026-02-01 and 2026-02-28"
    here = rows[(rows["time"] >= "2026-02-01") & (rows["time"] < "2026-03-01")]
    found = [(one, set(having(log, one))) for one in traits(log, window)]
    assert {"event", "segment"} < {one.kind for one, _ in found}
    for one, users in found:
        if one.kind == "event":
            assert users == set(here.loc[here["event"] == one.name, "user"])
        elif one.kind == "segment":
            buyers = rows.loc[rows["event"] == "purchase", "user"]
            assert users == set(here["user"]) & set(buyers)
        elif not one.kind.startswith("user."):
            assert users == set(here.loc[here[one.kind].astype(str) == one.name, "user"])


def test_names_may_have_quotes_and_be_words_of_the_language():
    rows = [(user, 'a "b"', user % 2, f"'{user % 3}'") for user in range(12)]
    events = pd.DataFrame(rows, columns=["user", "event", "from", 'the "plan" \\ -> x'])
    events["from"] = events["from"].map({0: "it's", 1: 'a "c"'})
    events["time"] = pd.Timestamp("2026-01-05")
    log = connect(events)
    found = {(one.kind, one.name): len(having(log, one)) for one in traits(log, "in last 30d")}
    assert found[("event", 'a "b"')] == 12
    assert found[("from", "it's")] == found[("from", 'a "c"')] == 6
    assert found[('the "plan" \\ -> x', "'0'")] == 4
    for clause, _ in breakdowns.clauses(log):
        assert log.run(f'funnel "a \\"b\\"" -> any within 7d {clause}').groups


def test_differing_counts_both_groups(log, rows):
    window = "between 2026-01-01 and 2026-03-31"
    inside, outside = (log.segment(text).users for text in ("buyers", "not buyers"))
    table = differences.differing(log, traits(log, window), inside, outside)
    events = table[table["kind"] == "event"].set_index("name")
    for name, row in events.iterrows():
        did = set(rows.loc[rows["event"] == name, "user"])
        assert row["count"] == len(did & set(inside))
        assert row["other_count"] == len(did & set(outside))
        assert (row["size"], row["other_size"]) == (len(inside), len(outside))
    each = [
        compare(*row)
        for row in table[["count", "size", "other_count", "other_size"]].itertuples(index=False)
    ]
    assert np.allclose(table["p_adjusted"], holm([one.p_value for one in each]))
    assert np.allclose(table["low"], [one.low for one in each])


def test_early_behaviours_part_those_who_were_watched(log, rows):
    start, last = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
    table = staying.early_behaviours(log, start, last)
    first = rows.groupby("user")["time"].min()
    ends = pd.Timestamp(counting_end(log))
    watched = first[first < (ends - pd.Timedelta(days=56)).normalize()]
    mine = rows[rows["user"].isin(watched.index)]
    age = mine["time"] - mine["user"].map(first)
    stayed = set(mine.loc[(age >= "28D") & (age < "56D"), "user"])
    assert "segment" not in set(table["kind"])
    for row in table[table["kind"] == "event"].itertuples():
        with_it = set(mine.loc[(mine["event"] == row.name) & (age < "7D"), "user"])
        without = set(watched.index) - with_it
        assert (row.count, row.size) == (len(with_it & stayed), len(with_it))
        assert (row.other_count, row.other_size) == (len(without & stayed), len(without))


def counting_end(log):
    """Return the end of a log."""
    return pd.Timestamp(log.quality.end, unit="us", tz="UTC")


def test_ways_split_those_who_began(log):
    asked = parse("funnel visit -> view -> cart within 7d")
    table = drops.ways(log, asked)
    began = log.funnel(asked).users(step=1).users
    converted = log.funnel(asked).users(step=3).users
    assert len(table)
    assert (table["size"] + table["other_size"] == len(began)).all()
    assert (table["count"] + table["other_count"] == len(converted)).all()
    assert drops.ways(log, parse("funnel visit -> visit within 7d")).empty


def test_what_comes_last_before_leaving_is_counted_session_by_session(log):
    asked = parse("funnel visit -> cart -> purchase within 7d")
    table = drops.before_leaving(log, asked, 1)
    dropped = log.funnel(asked).users(step=1, dropped=True).users
    last = []
    for user in dropped:
        events = log.timeline(user)
        sessions = (events["time"].diff() > pd.Timedelta(days=7)).cumsum()
        last += [
            names.iloc[-1]
            for _, names in events["event"].groupby(sessions)
            if "visit" in set(names)
        ]
    expected = pd.Series(last).value_counts()
    assert dict(zip(table["name"], table["count"], strict=True)) == expected.to_dict()
    assert table["size"].eq(len(last)).all()
    assert table["count"].is_monotonic_decreasing
    assert drops.before_told(table, "visit").startswith(f"Of {number(len(last))} sessions of")


def test_after_dropping_is_of_those_who_dropped(log):
    asked = parse("funnel visit -> view -> cart within 7d")
    result = log.funnel(asked)
    step = drops.worst_step(result)
    table = drops.after_dropping(log, asked, step)
    counts = result.table["count"].tolist()
    assert set(table["size"]) == {counts[step - 1] - counts[step]}
    assert set(table["other_size"]) == {counts[step]}
    assert result.table["name"][step] not in table["name"].tolist()
    either = drops.after_dropping(log, parse("funnel visit -> (view | cart) within 7d"), 1)
    assert not {"view", "cart"} & set(either["name"])


def test_what_follows_dropping_may_lie_after_the_range():
    rows = [(user, "a", 0) for user in range(40)] + [(user, "b", 1) for user in range(40)]
    rows += [(user, "d", 2) for user in range(30)] + [(99, "c", 20)]
    events = pd.DataFrame(rows, columns=["user", "event", "time"])
    events["time"] = pd.Timestamp("2026-01-05") + pd.to_timedelta(events["time"], unit="D")
    log = connect(events)
    asked = parse("funnel a -> b -> c within 7d during 2026-01-05 to 2026-01-05")
    table = drops.after_dropping(log, asked, 2).set_index("name")
    assert table["count"].to_dict() == {"d": 30, drops.NOWHERE: 10}
    assert drops.dropping_paths(log, asked, 2).counted == "n = 40 users"


def test_a_log_that_begins_right_before_tells_nothing_of_the_time_before(log, rows):
    start = rows["time"].min().date() + dt.timedelta(days=12)
    asked = parse("funnel visit -> view within 1d")
    found = launch.Readout(log, Period.parse(str(start)[:7]), str(start), 10, "", asked)
    assert "cannot be told: the log begins on" in found.caution


def test_shares_of_ways_are_of_all_sessions(log):
    period = Period.parse("2026-02")
    table = ways.shifts(log, period)
    total = [int(ways.paths(log, one).sequences["count"].sum()) for one in (period, period.before)]
    assert set(table["size"]) == {total[0]}
    assert set(table["other_size"]) == {total[1]}


def test_before_and_after_are_as_long_and_apart(log, rows):
    after = launch.Stretch.of(dt.date(2026, 2, 15), 14)
    assert after.before.last == dt.date(2026, 2, 14)
    table = launch.shifts(log, after, after.before)
    days = rows["time"].dt.date
    here = rows[(days >= after.start) & (days <= after.last)]
    then = rows[(days >= after.before.start) & (days <= after.before.last)]
    for row in table[table["kind"] == "event"].itertuples():
        assert (row.count, row.size) == (users(here, row.name), here["user"].nunique())
        assert (row.other_count, row.other_size) == (users(then, row.name), then["user"].nunique())


def users(part, event):
    """Return how many users have an event."""
    return part.loc[part["event"] == event, "user"].nunique()


def test_variants_share_nobody(log):
    asked = parse("funnel visit -> view within 7d")
    period = Period.parse("2026-02")
    for text in ("buyers vs not buyers", "user.plan", "platform"):
        names = set(log.properties["name"])
        if " vs " not in text and text.removeprefix("user.") not in names:
            continue
        found = launch.Readout(log, period, "", 28, text, asked)
        both = found.now[0].value + found.then[0].value
        assert 0 < both <= len(log.segment(f"did(any) {found.after.window}"))
        assert found.differences["size"].nunique() == 1
    with pytest.raises(DefinitionError, match="two are compared"):
        launch.choose(log, "buyers vs not buyers vs did(visit)")
    with pytest.raises(DefinitionError, match="is no day"):
        launch.Readout(log, period, "soon", 28, "", asked)
    with pytest.raises(DefinitionError, match="before the 28 days"):
        launch.Readout(log, period, "2026-03-30", 28, "", asked)


def test_a_rate_of_coming_back_is_of_those_who_had_the_time(log, rows):
    period = Period.parse("2026-02")
    figure = counting.came_back_after(log, period, 1)
    first = rows.groupby("user")["time"].min()
    began = first[(first >= "2026-01-01") & (first < "2026-02-01")]
    mine = rows[rows["user"].isin(began.index)]
    age = mine["time"] - mine["user"].map(first)
    back = mine.loc[(age >= "7D") & (age < "14D"), "user"].nunique()
    assert (figure.count, figure.size) == (back, len(began))


def test_the_usual_segment_is_no_more_than_a_tenth_of_who_was_there_by_then(log, rows):
    found = []
    for month in ("2026-01", "2026-03"):
        period = Period.parse(month)
        until = rows[rows["time"] < str(period.end)].groupby("user")["time"]
        days = until.agg(lambda times: times.dt.date.nunique())
        at_least = int(counting.usual_segment(log, period).rpartition(" ")[2])
        assert 0 < (days >= at_least).sum() <= len(days) / 10 < (days >= at_least - 1).sum()
        found.append(at_least)
    assert found[0] < found[1]  # what came later changes nothing


def test_the_usual_funnel_is_what_it_was_by_then():
    day, rows = dt.datetime(2026, 1, 1, 12), []

    def went(users, *events, after=0):
        for user in range(users):
            times = [day + dt.timedelta(days=after + place) for place in range(len(events))]
            rows.extend((f"{after}-{user}", *one) for one in zip(events, times, strict=True))

    went(5, "b", "c", "a")
    went(2, "a", "b", "c", after=23)  # their window is not over by the end of January
    went(9, "c", "d", "e", "a", after=40)
    table = pd.DataFrame(rows, columns=["user", "event", "time"])
    january = Period.parse("2026-01")
    log, until = connect(table), connect(table[table["time"] < "2026-02-01"])
    told = [counting.usual_funnel(one, january) for one in (until, log)]
    assert told == ["b -> c -> a within 7d"] * 2
    went(6, "a", "b", "c", after=2)
    table = pd.DataFrame(rows, columns=["user", "event", "time"])
    assert counting.usual_funnel(connect(table), january) == "a -> b -> c within 7d"
    # A log of a few days has nobody whose window is over: the commonest first.
    early = connect(table[table["time"] < "2026-01-03"])
    assert counting.usual_funnel(early, Period.parse("2026-W01")).startswith("b -> c")


def test_activity_counts_events_and_days(log, rows):
    found = {
        one.name: len(having(log, one)) for one in activity("between 2026-01-01 and 2026-12-31")
    }
    each = rows.groupby("user")
    days = each["time"].agg(lambda times: times.dt.date.nunique())
    assert found["5 or more events"] == int((each.size() >= 5).sum())
    assert found["3 or more days"] == int((days >= 3).sum())


def test_names_that_look_like_markup_stay_as_they_are():
    table = differences.compared([("event", "<b>bold</b>", 5, 40, 9, 40)])
    axis = drawing.differences_chart(table, "a title").layout.yaxis
    assert axis.ticktext == ("&lt;b&gt;bold&lt;/b&gt; (event)",)
