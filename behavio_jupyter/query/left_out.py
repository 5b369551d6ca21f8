"""The parts of a condition, and the condition without each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .predicate import And, Not, Or

if TYPE_CHECKING:
    from .segment import Condition

    Put = Callable[[Condition | None], Condition | None]


class LeftOut(NamedTuple):
    """A condition without one of its parts.

    Attributes
    ----------
    path : str
        Where the part stands in a segment: ``condition.parts.0.part``.
    part : Condition
    rest : Condition or None
        The condition without the part; None where nothing is left, which holds for everybody.
    """

    path: str
    part: Condition
    rest: Condition | None


def left_out(condition: Condition) -> Iterator[LeftOut]:
    """Yield every part of a condition with what is left without it, outermost first.

    Parts are what ``and``, ``or`` and ``not`` join, and those themselves. Of a group of two that
    loses one the other is left; a ``not`` without its part is gone as well.

    Examples
    --------
    >>> from behavio_jupyter.query import Segment
    >>> segment = Segment(condition="did(a) and not (did(b) or did(c))")
    >>> for path, part, rest in left_out(segment.condition):
    ...     print(f"{path}: {part} | {rest}")
    condition: did(a) and not (did(b) or did(c)) | None
    condition.parts.0: did(a) | not (did(b) or did(c))
    condition.parts.1: not (did(b) or did(c)) | did(a)
    condition.parts.1.part: did(b) or did(c) | did(a)
    condition.parts.1.part.parts.0: did(b) | did(a) and not did(c)
    condition.parts.1.part.parts.1: did(c) | did(a) and not did(b)
    """
    return _below(condition, "condition", lambda replacement: replacement)


def _below(part: Condition, path: str, put: Put) -> Iterator[LeftOut]:
    """Yield a part and those below it; ``put`` gives the whole with another in its place."""
    yield LeftOut(path, part, put(None))
    if isinstance(part, Not):
        yield from _below(part.part, f"{path}.part", lambda found: put(found and Not(part=found)))
    elif isinstance(part, And | Or):
        for place, inner in enumerate(part.parts):
            yield from _below(inner, f"{path}.parts.{place}", _putting(part, place, put))


def _putting(group: And | Or, place: int, put: Put) -> Put:
    def replaced(found: Condition | None) -> Condition | None:
        parts = [*group.parts[:place], *([found] if found else []), *group.parts[place + 1 :]]
        return put(type(group)(parts=tuple(parts)) if len(parts) > 1 else parts[0])

    return replaced
