"""What is wrong with a text that cannot be read, in the words of whoever wrote it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from lark.exceptions import UnexpectedInput, UnexpectedToken

from ..errors import QueryTextError
from .printing import literal

_CLAUSES = {
    "_WITHIN": "within",
    "IN_ANY_ORDER": "in any order",
    "IN_STRICT_ORDER": "in strict order",
    "_COUNTING": "counting",
    "_SESSION": "session",
    "_SAME": "same",
    "_WITHOUT": "without",
    "_FROM": "from",
    "_TO": "to",
    "_STEPS": "steps",
    "_TOP": "top",
    "_HIDE": "hide",
    "_ONLY": "only",
    "_RENAME": "rename",
    "_KEEP_REPEATS": "keep repeats",
    "_BY": "by",
    "_AT_STEP": "at step",
    "AT_LAST_STEP": "at last step",
    "_PER": "per",
    "_ON_OR_AFTER": "on or after",
    "_ROLLING": "rolling",
    "_BRACKETS": "brackets",
    "_INCLUDING_START": "including start",
    "_WHERE": "where",
    "_FOR": "for",
    "_VS": "vs",
    "_DURING": "during",
    "_SINCE": "since",
    "_UNTIL": "until",
    "_AS_OF": "as of",
    "_WITH": "with",
    "_IN_LAST": "in last",
    "_WITHIN_OF": "within … of first(…)",
    "_THEN_NOT": "then not",
    "_AGO": "ago",
    "_OF": "of",
    "_AS": "as",
    "_BETWEEN": "between",
    "_AFTER": "after",
    "_AND": "and",
    "_OR": "or",
}
_WORDS = {
    **_CLAUSES,
    "FIRST_EVER": "first ever",
    "EVERY": "every",
    "MAPPED": "mapped",
    "OFF": "off",
    "_IN": "in",
    "_LIKE": "like",
    "_IS": "is",
    "_NULL": "null",
    "_DID": "did",
    "_SEQUENCE": "sequence",
    "_FUNNEL": "funnel",
    "_RETENTION": "retention",
    "_PATHS": "paths",
    "_TREND": "trend",
}
_SPELLINGS = {
    "COUNTED": ("users", "first entries", "attempts", "sessions", "sequences"),
    "PERIOD": ("hour", "day", "week", "month"),
    "SERIES_OF": ("users of", "events of", "sessions of", "events per user of"),
    "AGGREGATE": ("sum", "avg", "median", "p90"),
    "MEASURE": ("count", "count_days", "sum", "avg", "min", "max", "distinct"),
    "SEEN": ("first_seen", "last_seen"),
}
_ON_USERS = (*_SPELLINGS["MEASURE"], "did", "first", "last", "sequence")
_MARKS = {"RPAR": ")", "RSQB": "]", "COMMA": ",", "VBAR": "|", "_ARROW": "->", "_DOT": "."}
_NAMED = {"same": "a property", "as": "a name", "with": "a name", "for": "a saved segment"}
"""What a name is the name of, by the word before it."""
_KINDS = ("funnel", "retention", "paths", "trend", "segment")
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|[\w$]+|->|<=|>=|!=|<>|==|\S""", re.DOTALL)


def explain(
    text: str,
    clean: str,
    error: UnexpectedInput,
    accepted: Iterable[str],
    start: str,
    *,
    bare: bool,
) -> QueryTextError:
    """Return the error to show for a parser's.

    Parameters
    ----------
    text, clean : str
        The text as written, and with its comments blanked.
    error : UnexpectedInput
        What the parser says.
    accepted : iterable of str
        The terminals that could have stood there.
    start : str
        What was read: a kind of question or a part.
    bare : bool
        Whether the text did not say what it asks.
    """
    words = set(accepted)
    at = error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        at = len(clean.rstrip())
    if clean[max(at - 1, 0) : at + 1] == "->":
        at -= 1  # a minus was fine here, an arrow is not
    token = _TOKEN.match(clean, at)
    found = token[0] if token else ""
    before = clean[:at].rstrip()
    first = _TOKEN.match(clean, len(clean) - len(clean.lstrip()))

    special = _special(clean, at, found, words)
    if start == "timeline" and found == "(":
        special = "A timeline takes saved segments: save this one under a name, and write the name."
    if bare and not before:
        message = f"Nothing is asked; begin with {', '.join(_KINDS[:-1])} or {_KINDS[-1]}."
        return (
            QueryTextError(message, text, at)
            if not found
            else _plain(text, clean, at, words, start)
        )
    if bare and first and first.end() == len(before):
        close = difflib.get_close_matches(first[0].lower(), (*_KINDS, "timeline"), 1, 0.7)
        if close:
            message = f"There is no question {first[0]!r}; did you mean {close[0]!r}?"
            return QueryTextError(message, text, first.start())
        if found in ("->", "→"):
            message = f"Begin with what is asked, as in: funnel {first[0]} -> …"
            return QueryTextError(message, text, at)
    if special:
        return QueryTextError(special, text, at)
    return _plain(text, clean, at, words, start)


def _special(clean: str, at: int, found: str, words: set[str]) -> str | None:
    """Return what to say of a mistake that has a reason of its own."""
    before = clean[:at].rstrip()
    name = _last_name(before)
    opened = _open_bracket(before)
    if found in (")", "]") and not opened:
        return f"This {found!r} closes nothing."
    if found == "->" and "_ARROW" not in words:
        reason = f", and a {opened!r} before it is not closed" if opened else ", not after a step"
        return f"Found '->' here{reason}."
    if "_THEN_NOT" in words and re.fullmatch(r"[<>=!]+|in|is|like|between", found, re.IGNORECASE):
        return f"A segment looks at users: write first({name}), last({name}) or user.{name}."
    if found == "(" and "OP" in words and name.lower() in _ON_USERS:
        return f"{name}(…) is a condition on a user; it cannot stand in a condition on an event."
    # An id can have any signs: 4d3f-01, ann@example.com.
    bare = re.compile(r"[\w$]\S*|\"(.*?)\"", re.DOTALL).match(clean, at)
    if "DIGITS" in words and bare and not _nearest(clean, at, words):
        return f"The id of a user stands in single quotes, as in {literal(bare[1] or bare[0])}."
    return None


def _plain(text: str, clean: str, at: int, words: set[str], start: str) -> QueryTextError:
    """Say what was found and what was expected."""
    token = _TOKEN.match(clean, at)
    found = token[0] if token else ""
    before = clean[:at].rstrip()
    near = _nearest(clean, at, words)
    if near:
        return QueryTextError(f"Found '{near[0]}' here; did you mean '{near[1]}'?", text, at)
    shown = f"{found[:40]!r}" if not found.startswith(("'", '"')) else found[:40]
    here = f"Found {shown} here" if found else "The text ends here"
    name = _last_name(before)
    after_name = name and words & {"LSQB", "OP", "_THEN_NOT", "_DOT", "_ARROW"}
    if after_name and re.match(r"[^\W\d]", found):
        bare = name.strip('"')
        here += f'; a name with spaces is written in double quotes, as in "{bare} {found}"'
    expected = _expected(words, before, start)
    message = f"{here}; expected {_listed(expected) if expected else 'nothing more'}."
    return QueryTextError(message, text, at)


def _open_bracket(before: str) -> str | None:
    """Return the innermost bracket that is open at the end of a text."""
    open_: list[str] = []
    for token in _TOKEN.findall(before):
        if token in ("(", "["):
            open_.append(token)
        elif token in (")", "]") and open_:
            open_.pop()
    return open_[-1] if open_ else None


def _last_name(before: str) -> str:
    match = re.search(r'(?:[\w$]+|"(?:\\.|[^"\\])*")$', before)
    return match[0] if match else ""


def _nearest(clean: str, at: int, words: set[str]) -> tuple[str, str] | None:
    """Return what stands here and the keyword nearest to it that could, if one is near."""
    choices = [_WORDS[word] for word in words if word in _WORDS]
    choices += [spelling for word in words for spelling in _SPELLINGS.get(word, ())]
    best: tuple[str, str] | None = None
    score = 0.7
    for choice in sorted(choices):
        count = choice.count(" ") + 1
        pattern = r"[^\W\d]\w*" + r"\s+\w+" * (count - 1)
        phrase = re.match(pattern, clean[at : at + 200])
        if phrase:
            written = " ".join(phrase[0].lower().split())
            ratio = difflib.SequenceMatcher(None, written, choice).ratio()
            if sorted(written) == sorted(choice):
                ratio = 1.0  # swapped letters
            if ratio > score and written != choice:
                best, score = (" ".join(phrase[0].split()), choice), ratio
    return best


def _expected(words: set[str], before: str, start: str) -> list[str]:
    """Name what could stand here, most telling first."""
    found: list[str] = []
    if "_FUNNEL" in words:
        found.append("a question: funnel, retention, paths or trend")
    elif "_DID" in words:
        found.append("a condition on users such as did(purchase), or a saved segment")
    elif {"USER", "NOT"} <= words:
        found.append("a condition on the event such as amount > 20")
    elif "SERIES_OF" in words:
        found.append("something to count such as users of visit or sum(purchase.amount)")
    elif "USER" in words and "NUMBER" in words:
        found.append("a value: a property, a number or 'text' in single quotes")
    elif "USER" in words:
        found.append("a property such as country or user.plan")
    elif "ANY" in words:
        found.append("an event")
    elif "NAME" in words:
        word = _last_name(before).lower()
        found.append("a property" if before.endswith(".") else _NAMED.get(word, "an event"))
    elif start == "timeline" and "STRING" in words:
        user, text = "the id of a user such as '00004'", "a text in single quotes such as 'abc'"
        found.append(user if "DIGITS" in words else text)
    elif "STRING" in words and "NUMBER" in words:
        found.append("a value such as 20 or 'text' in single quotes")
    elif "DATE" in words:
        found.append("a date such as 2026-01-31")
    elif "STRING" in words:
        found.append("a pattern such as 'a%'")
    elif "PERIOD" in words:
        more = ", or hours such as 12h" if start == "retention" else ""
        found.append(f"{'' if more else 'hour, '}day, week or month{more}")
    elif "NUMBER" in words:
        found.append("a number")
    elif "COUNTED" in words:
        found.append("users, first entries, attempts, sessions or sequences")
    if "DURATION" in words and "PERIOD" not in words:
        found.append("a span of time such as 30m, 12h, 7d, 4w or 3mo")
    if "OP" in words:
        found.append("a comparison such as = 20")
    if "SLASH" in words and "OP" not in words:
        found.append("a sign such as + or /")
    found += [f"'{mark}'" for name, mark in _MARKS.items() if name in words]
    clauses = [word for name, word in _CLAUSES.items() if name in words]
    if len(clauses) > 5:
        found.append(f"a clause ({', '.join(clauses)})")
    else:
        found += [f"'{word}'" for word in clauses]
    found += [f"'{_WORDS[name]}'" for name in ("MAPPED", "OFF", "_IN", "_NULL") if name in words]
    return found


def _listed(expected: list[str]) -> str:
    if len(expected) == 1:
        return expected[0]
    return ", ".join(expected[:-1]) + " or " + expected[-1]
