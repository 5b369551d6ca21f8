"""Texts to begin with, and the words of the grammar."""

from __future__ import annotations

import re
from pathlib import Path

from behavio_jupyter.query.text import grammar

from ..query.test_language_page import CONDITIONS, LINES
from ..query.test_text import SAME
from .asking import VARIABLES

CRASHES = Path(__file__).parent / "crashes"
"""Inputs that once did what no text may: the first line says as what each is read."""

TEXTS = (
    *SAME,
    *LINES,
    *CONDITIONS,
    "%funnel any -> b? -> c within 90m in strict order # a comment",
    "funnel {e} -> b within {span} where x = {odd} and {e} in {es} since {moment} for not {who}",
    "retention a -> b per {month} for {n} during 2026-01-31 to 2026-02-01",
    "paths since 2026-01-01T10:30:00.5+02:00 until '2026-02-01' hide (a | b), any session mapped",
    "trend events per user of a + 1.5e3 * events of b % 2 per hour top 3 by user.plan",
    "did(a where 1 + x * 2 - y / 3 % 4 >= -5) or first(a) <> 'b' versus c",
    "first_seen == {day} and last_seen <= 3mo ago and median(a.b) != false and not false = true",
    "users of (paths) with sequence = 'a -> b' and step = -1 and \"source\" = {x}",
    'users of (retention every a -> b) or max({e}."b c" where z is null) < 1 within 3s of first(b)',
    "funnel a -> b without c after 1 counting attempts by first_seen at last step including start",
    'average(a.b) > 1 in last {span} and "a" then not {es} within 1w as of {day}',
    "strictly in order on or after rolling brackets 1–3 keep repeats rename a as b → off",
)
"""Texts to change. Not all can be read, but together they have every word there is."""


def words() -> list[str]:
    """Return what the grammar's terminals look like: every token of the texts, and variables."""
    found = {str(token) for text in TEXTS for token in _tokens(text)}
    return sorted(found | {f"{{{name}}}" for name in VARIABLES})


def _tokens(text: str) -> list[str]:
    """Cut a text at the terminals of the grammar, each as long as it can be."""
    patterns = [re.compile(each.pattern.to_regexp()) for each in grammar().terminals]
    tokens, at = [], 0
    while at < len(text):
        ends = [match.end() for each in patterns if (match := each.match(text, at))]
        end = max([at + 1, *ends])
        tokens.append(text[at:end])
        at = end
    return [token for token in tokens if token.strip()]


def crash(path: Path) -> tuple[str, str]:
    """Return as what a kept input is read, and the input."""
    read_as, _, text = path.read_bytes().decode("utf-8").partition("\n")
    return read_as, text
