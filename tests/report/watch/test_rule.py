"""Rules as they are written."""

import pytest

from behavio_jupyter import DefinitionError
from behavio_jupyter.report.watch import Rule


@pytest.mark.parametrize(
    ("text", "figure", "condition"),
    [
        ("conversion < 10%", "conversion", ("<", 0.1, True)),
        ("Alert when  conversion of step 3 <= 7 %", "conversion of step 3", ("<=", 0.07, True)),
        ("active users > 1000", "active users", (">", 1000.0, False)),
        ("conversion>=.5", "conversion", (">=", 0.5, False)),
        ("x falls by more than 20%", "x", ("falls", 0.2, None)),
        ("x of y rises by more than 5 % and p<0.01", "x of y", ("rises", 0.05, 0.01)),
        ("alert when x changes by more than 0% and p < .05", "x", ("changes", 0.0, 0.05)),
        ("x is outside its usual range", "x", ()),
        ("alert when a is outside b is outside its usual range", "a is outside b", ()),
    ],
)
def test_rules_are_read(text, figure, condition):
    rule = Rule.parse(text)
    assert (rule.figure, tuple(rule.condition)) == (figure, condition)
    assert Rule.parse(rule.text) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conversion", "'conversion' is no rule; write 'conversion < 10%'"),
        ("conversion < ten", "is no rule"),
        ("conversion falls by 20%", "is no rule"),
        ("x falls by more than 20% and p < 0", "p has to be more than 0 and at most 1"),
        ("x falls by more than -3%", "has to be 0 % or more"),
        ("", "is no rule"),
    ],
)
def test_mistakes(text, said):
    with pytest.raises(DefinitionError, match=said):
        Rule.parse(text)
