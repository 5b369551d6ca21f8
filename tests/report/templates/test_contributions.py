"""Every template on the log of contributions, and what templates come along."""

from behavio_jupyter.report import templates

from .checks import NAMES, Checks, outputs


def test_these_are_the_templates_that_come_along():
    assert [one.name for one in templates()] == NAMES
    for one in templates():
        assert one.title
        assert one.description
        assert one.dated
        assert not outputs(one.notebook)
        assert all(parameter.help for parameter in one.parameters)


class TestContributions(Checks):
    LOGS = ("contributions",)
