"""Any text is a definition or an error that points into it, and is so within 50 ms.

``make fuzz`` tries a million, guided by coverage; what it found stands in ``tests/fuzz/crashes``.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from behavio_jupyter.errors import MisfitError, UnknownNameError
from behavio_jupyter.query import Segment, parse
from behavio_jupyter.query.check import Catalog, check
from behavio_jupyter.query.locate import locate
from behavio_jupyter.query.text import grammar

from ..fuzz.asking import MOST_SECONDS, READ_AS, VARIABLES, ask, in_time
from ..fuzz.words import CRASHES, TEXTS, crash, words

_MANY = settings(
    max_examples=700,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_WORDS = words()
_PIECES = re.compile(r"""'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|[\w$]+|->|\s+|.""", re.DOTALL)

read_as = st.sampled_from(READ_AS)
word = st.sampled_from(_WORDS) | st.text(max_size=4)
begun = st.sampled_from(["", "funnel a -> b ", "retention a -> b ", "paths ", "trend users of a "])


@st.composite
def changed(draw: st.DrawFn) -> str:
    """A text that can be read, or nearly, with words taken out, put in, swapped and repeated."""
    parts = _PIECES.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 3))):
        at, to = draw(st.integers(0, len(parts))), draw(st.integers(1, 6))
        start = draw(st.integers(0, 40))
        others = _PIECES.findall(draw(st.sampled_from(TEXTS)))[start : start + 8]
        one = [" ", draw(word), " "]
        again = parts[at : at + to] * draw(st.sampled_from([2, 30]))
        put = draw(st.sampled_from([[], one, others, again]))
        parts[at : at + draw(st.sampled_from([0, to]))] = put
    return "".join(parts)[:1000]


@_MANY
@given(changed(), read_as)
def test_a_changed_text(text: str, kind: str) -> None:
    ask(text, kind)


@_MANY
@given(begun, st.lists(word, max_size=20), read_as)
def test_words_in_any_order(start: str, rest: list[str], kind: str) -> None:
    ask(start + " ".join(rest), kind)


@_MANY
@given(st.text(max_size=60), read_as)
def test_any_letters(text: str, kind: str) -> None:
    ask(text, kind)


@_MANY
@given(st.lists(word, min_size=1, max_size=4), st.sampled_from([" ", "", ", ", " or "]), read_as)
def test_words_again_and_again(repeated: list[str], between: str, kind: str) -> None:
    once = between.join(repeated) + between
    ask((once * (1000 // len(once) + 1))[:1000] if once else "", kind)


def _deep(opening: str, closing: str, inner: str, depth: int) -> str:
    return opening * depth + inner + closing * depth


DEEP = [
    ("(", ")", "did(a)"),
    ("not (", ")", "did(a)"),
    ("did(a) or not (", ")", "did(b)"),
    ("funnel a[(", ")] -> b", "x = 1"),
    ("users of (funnel a -> b for ", ")", "did(a)"),
    ("users of (trend users of any[x = 1] for ", ") with period = '2026-01-01'", "did(a)"),
    ("trend users of a / (", ")", "1"),
    ("user.a + (", ") > 1", "user.b"),
    ("sequence(a[x = (", ")] -> b)", "1"),
    ("[", "]", ""),
    ("{", "}", "n"),
    ('"', '"', ""),
]


@pytest.mark.parametrize(("opening", "closing", "inner"), DEEP)
@pytest.mark.parametrize("depth", [1, 8, 30, 33, 400])
def test_texts_inside_texts(opening: str, closing: str, inner: str, depth: int) -> None:
    for text in (_deep(opening, closing, inner, depth), opening * depth, closing * depth):
        ask(text[:1000])


LONG = [
    ("funnel a", " -> a"),
    ("funnel (a", " | a", ") -> b"),
    ("funnel a[x in (1", ", 1", ")] -> b"),
    ("funnel a[x = 1", " and x = 1", "] -> b"),
    ("funnel a[x = 1", " + 1", "] -> b"),
    ("funnel a -> b", " without c"),
    ("funnel a -> b", " by c"),
    ("retention a -> b brackets 0", ", 1"),
    ("paths hide a", ", a"),
    ("paths", " rename a as b"),
    ("paths for a", " vs a"),
    ("trend 1", " + users of a"),
    ("timeline 'a'", " for a"),
    ("a", " or a"),
    ("did(a)", " and did(b) in last 7d"),
    ("", "not ", "a"),
    ("sequence(a", " -> a", ")"),
    ("a then not b within 1d", " and a then not b within 1d"),
    ("users of (trend users of a) with a = 1", " and b = 1"),
    ("count(a) > 1", "1"),
    ("did(a) in", " ", "last 7d"),
    ("user.a like '", "''", "'"),
    ('"', '\\"', '"'),
    ("{n", " ", "}"),
    ("a and ", "$"),
    ("", "# a\n", "a"),
    ("", "\\"),
    ("", "->"),
    ("", "funnel "),
    ("in", " in"),
    ("a =", " ="),
]


@pytest.mark.parametrize("parts", LONG)
def test_a_thousand_letters(parts: tuple[str, ...]) -> None:
    before, again, after = (*parts, "")[:3]
    times = (1000 - len(before) - len(after)) // len(again)
    for number in (times, 28):
        ask(before + again * number + after)


@pytest.mark.parametrize("path", sorted(CRASHES.glob("*.txt")), ids=lambda path: path.stem)
def test_what_was_found(path) -> None:
    kind, text = crash(path)
    ask(text, kind)


def test_the_texts_have_every_word_of_the_grammar() -> None:
    for terminal in grammar().terminals:
        pattern = re.compile(terminal.pattern.to_regexp())
        assert any(pattern.match(text, at) for text in TEXTS for at in range(len(text))), terminal


# ---------------------------------------------------------------- large logs


NAMES = tuple(
    f"{verb}_{noun}_{n}" for verb in ("open", "buy") for noun in "ab" for n in range(2500)
)


@pytest.mark.parametrize(
    "text",
    [
        "funnel open_a_7x -> buy_b_3",
        "funnel " + " -> ".join(NAMES[:29]) + " -> bye_b_1",
        "paths hide " + ", ".join(NAMES[-70:]) + ", opn_a_1",
        "funnel open_a_1[opened_a_1 = 1] -> open_a_2",
        "funnel open_a_1[open_a_1 = open_a] -> open_a_2",
        "funnel open_a_1 -> open_a_2 where user.open_a = 1",
        "open_a and did(open_a_1)",
        "funnel " + "o" * 900 + " -> open_a_1",
    ],
)
def test_the_nearest_of_ten_thousand_names_is_found_at_once(text: str) -> None:
    kinds = dict.fromkeys(NAMES, "text")
    catalog = Catalog(NAMES, kinds, kinds, dict.fromkeys(NAMES, Segment(condition="did(any)")))
    definition = parse(text)

    def refused() -> None:
        with pytest.raises((UnknownNameError, MisfitError)) as caught:
            check(definition, catalog)
        located = locate(caught.value, text)
        assert located.position > 0 or text.startswith("open_a and")

    in_time(refused, MOST_SECONDS)


def test_saved_segments_that_name_each_other_again_and_again_are_looked_at_once() -> None:
    saved = {"s0": parse("did(a)", kind="segment")}
    for number in range(1, 60):
        saved[f"s{number}"] = parse(f"s{number - 1} or not s{number - 1}", kind="segment")
    definition = parse("funnel a -> b for s59 vs not s59")
    in_time(lambda: check(definition, Catalog(("a", "b"), segments=saved)), MOST_SECONDS)


def test_variables_may_be_anything() -> None:
    for name in VARIABLES:
        for text in ("funnel {} -> b", "paths top {}", "did(a) in last {}", "user.a in ({})"):
            ask(text.format(f"{{{name}}}"))


def test_saved_segments_cannot_lie_too_deep_in_each_other() -> None:
    saved = {"s0": parse("did(a)", kind="segment")}
    for number in range(1, 300):
        saved[f"s{number}"] = parse(f"not s{number - 1}", kind="segment")
    catalog = Catalog(("a", "b"), segments=saved)
    check(parse("funnel a -> b for not s40"), catalog)
    text = "funnel a -> b for not s299"
    with pytest.raises(MisfitError, match="nested more than 200 deep") as caught:
        check(parse(text), catalog)
    assert locate(caught.value, text).position == text.index("s299")
