"""Every definition prints to text that reads back as itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from behavio_jupyter.query import Definition
from behavio_jupyter.query.text import parse

from . import strategies

_SLOW = settings(
    max_examples=80,
    deadline=None,
    # Shrinking takes minutes and the failing text is readable as it is.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize(
    "kind", ["funnels", "retentions", "paths", "trends", "segments", "questions", "timelines"]
)
def test_parse_of_str_is_the_definition(kind: str) -> None:
    @_SLOW
    @given(getattr(strategies, kind)(1 if kind in ("segments", "questions") else 0))
    def check(definition: Definition) -> None:
        text = str(definition)
        back = parse(text)
        assert back == definition
        assert repr(back) == repr(definition)  # tells 1 from True and 1.0, and 0 from -0.0
        assert str(back) == text

    check()
