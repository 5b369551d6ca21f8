"""Guided by coverage: ``python -m tests.fuzz 1000000`` puts so many texts to the language.

It goes on where the last run ended: what it learned is in ``.build/fuzz``. It stops at the first
text that is neither read nor refused with a place, or that takes long, and keeps it in ``crashes``,
where the quick tests find it; empty of reasons to stop, it says how many texts it tried a second.
"""

from __future__ import annotations

import random
import re
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["behavio_jupyter.query", "behavio_jupyter.errors"]):
    from . import asking, words

_HOME = Path(".build/fuzz")
_FIRST = 14
"""A text that begins with this control character, or one after it, is read as a part or kind."""

_SLOWER = 4
"""So many times longer does everything take while coverage is counted."""
_WORD = re.compile(
    r"""'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|\{\w+\}|[\w$]+|->|[<>=!]+|\s+|.""", re.DOTALL
)
_WORDS = words.words()


def main(inputs: int) -> None:
    """Try so many texts."""
    corpus = _HOME / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for place, text in enumerate(words.TEXTS):
        (corpus / f"text-{place}").write_text(text, encoding="utf-8")
    for path in words.CRASHES.iterdir():
        read_as, text = words.crash(path)
        mark = chr(_FIRST + asking.READ_AS.index(read_as)) if read_as else ""
        (corpus / path.name).write_text(mark + text, encoding="utf-8")
    escaped = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words.words())
    dictionary = _HOME / "words.dict"
    dictionary.write_text("".join(f'"{word}"\n' for word in escaped), encoding="utf-8")
    options = [f"-runs={inputs}", "-max_len=1000", f"-dict={dictionary}"]
    options += ["-print_final_stats=1", f"-artifact_prefix={_HOME}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], _one, custom_mutator=_changed)
    atheris.Fuzz()


def _changed(data: bytes, most: int, seed: int) -> bytes:
    """Change bytes one time, words the other: they get further than bytes do."""
    draw = random.Random(seed)
    if draw.random() < 0.4:
        return bytes(atheris.Mutate(data, most))
    parts = _WORD.findall(data.decode("utf-8", "replace"))
    for _ in range(draw.choice((1, 1, 2, 4))):
        at, more = draw.randrange(len(parts) + 1), [" ", draw.choice(_WORDS), " "]
        match draw.randrange(6):
            case 0:
                parts[at : at + 1] = more
            case 1:
                parts[at:at] = more
            case 2:
                del parts[at : at + draw.choice((1, 2, 4))]
            case 3:
                other = _WORD.findall(draw.choice(words.TEXTS))
                start = draw.randrange(len(other))
                parts[at : at + draw.randrange(4)] = other[start : start + draw.randrange(1, 12)]
            case 4:
                parts[at:at] = parts[at : at + draw.randrange(1, 6)] * draw.choice((1, 2, 20))
            case 5:
                parts.insert(at, chr(draw.choice((draw.randrange(128), draw.randrange(0xD800)))))
    return "".join(parts).encode()[:most]


def _one(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    read_as = ""
    if text and 0 <= ord(text[0]) - _FIRST < len(asking.READ_AS):
        read_as, text = asking.READ_AS[ord(text[0]) - _FIRST], text[1:]
    try:
        asking.ask(text, read_as, seconds=asking.MOST_SECONDS * _SLOWER)
    except BaseException:
        name = f"{time.strftime('%Y-%m-%d-%H%M%S')}.txt"
        (words.CRASHES / name).write_text(f"{read_as}\n{text}", encoding="utf-8", newline="")
        raise


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
