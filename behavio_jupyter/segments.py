"""The segments that are saved in a log under names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .query import Segment


class Segments(Mapping[str, "Segment"]):
    """The saved segments of a log, by name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._parsed: dict[str, Segment] = {}

    def __getitem__(self, name: str) -> Segment:
        from .query import Segment, parse

        if name not in self._texts:
            raise KeyError(name)
        if name not in self._parsed:
            segment = parse(self._texts[name], kind="segment")
            assert isinstance(segment, Segment)
            self._parsed[name] = segment
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {text}" for name, text in self._texts.items()) or "no segments"

    def saved(self, name: str, segment: Segment) -> Segments:
        """Return these segments and one more."""
        return Segments({**self._texts, name: str(segment)})

    def to_json(self) -> str:
        """Return the names and texts."""
        return json.dumps(self._texts)
