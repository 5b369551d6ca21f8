"""A notebook that is run on schedule."""

import pytest

from ..notebooks import template


@pytest.fixture
def own(tmp_path):
    return str(
        template(
            tmp_path / "own.ipynb",
            "print('of', period)",
            parameters='period: str = ""\ntop: int = 5',
            unit="week",
        )
    )
