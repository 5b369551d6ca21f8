"""What can be a schedule, and what it is called."""

import pytest

from behavio_jupyter import BehavioError, DefinitionError, UnknownNameError
from behavio_jupyter.report.schedule import Schedules

from .schedules import made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cron": "8 MON"}, "it has five fields"),
        ({"timezone": "Berlin"}, "There is no time zone 'Berlin'"),
        ({"parameters": {"topp": 1}}, "the nearest is 'top'"),
        ({"parameters": {"period": "2026-W47"}}, "leave it out"),
        ({"time_limit": "soon"}, "is no span of time"),
    ],
)
def test_mistakes_are_told_when_a_schedule_is_added(own, given, said):
    with pytest.raises(BehavioError, match=said):
        made(own, **given)


def test_names(own, tmp_path):
    schedules = Schedules(tmp_path / "out")
    schedules.add(made(own))
    with pytest.raises(DefinitionError, match="There is a schedule 'own' already"):
        schedules.add(made(own))
    with pytest.raises(UnknownNameError, match="the nearest is 'own'"):
        schedules.find("owm")
