"""What a magic says of itself: examples that can be asked, and every clause there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from behavio_jupyter.query import parse
from behavio_jupyter.query.check import Catalog, check
from behavio_jupyter.query.complete import complete
from behavio_jupyter.query.guide import guide
from behavio_jupyter.query.text import KINDS

_PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
_LOGS = {
    "nothing": Catalog(()),
    "one event": Catalog(("purchase",), {"cds": "number"}),
    "odd names": Catalog(
        ("add to cart", "user", 'a "b"', "top"),
        {"unit price": "number", "first seen": "text", "when": "time"},
        {"plan": "text"},
        {"big spenders": parse("did(top)", kind="segment")},
    ),
}
_WHOLE = {
    "funnel": "visit -> cart ",
    "retention": "visit -> cart ",
    "paths": "",
    "trend": "users of visit ",
    "segment": "",
    "timeline": "",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("log", _LOGS)
def test_every_example_can_be_asked(kind, log):
    catalog = _LOGS[log]
    known = catalog if catalog.events else Catalog(("visit", "cart", "purchase"))
    found = guide(kind, catalog, lambda property: ["it's", "other"], lambda typed: ["it's me"])
    assert len(found.examples) >= 2
    for example in found.examples:
        check(parse(example, kind=kind), known)


def test_examples_name_the_most_frequent_events_and_values():
    catalog = Catalog(("visit", "cart", "buy"), {"country": "text", "amount": "number"})
    found = guide("funnel", catalog, lambda property: ["US"])
    assert found.examples[:3] == (
        "visit -> cart within 7d",
        "visit -> cart -> buy within 7d by country top 5",
        "visit[country = 'US'] -> cart counting sessions",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_keyword_that_can_follow_is_explained(kind):
    text = _WHOLE[kind]
    everything = Catalog(("visit", "cart"), {"p": "number"}, {"p": "number"}, {}, True)
    told = " ".join(form for form, _ in guide(kind, Catalog(())).clauses)
    for suggestion in complete(text, len(text), everything, kind=kind).found:
        word = suggestion.text.rstrip(" (")
        if suggestion.what == "keyword" and re.match(r"\w{2}", word):
            seldom = {"not", "true", "false", "any", "in", "between", "like", "is"}
            assert word in seldom or re.search(rf"\b{word.split(' 30')[0]}", told), word


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_the_language_says_the_same(kind):
    shared = "Clauses of funnels, retention, paths and trends"
    sections = [kind.capitalize()] + ([shared] if kind not in ("segment", "timeline") else [])
    rows = []
    for section in sections:
        below = _PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
        for line in below.splitlines():
            if line.startswith("| ") and not line.startswith(("| clause", "| condition")):
                form, means = re.split(r"(?<!\\)\|", line.strip("|"))
                rows.append(tuple(_plain(cell) for cell in (form, means)))
    assert [tuple(map(_plain, row)) for row in guide(kind, Catalog(())).clauses] == rows


def _plain(cell):
    return cell.replace("`", "").replace("\\|", "|").strip()
