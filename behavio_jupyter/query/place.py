"""What the grammar lets stand at a place in a text, and as part of what."""

from __future__ import annotations

import functools
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lark.exceptions import UnexpectedInput

from .text import grammar

if TYPE_CHECKING:
    from lark.grammar import Rule


@dataclass(frozen=True)
class Use:
    """A symbol as part of a rule of the grammar.

    Attributes
    ----------
    rule : Rule
    dot : int
        How many symbols of the rule lie before it.
    base : int
        Where on the stack the first symbol of the rule lies.
    """

    rule: Rule
    dot: int
    base: int

    @property
    def name(self) -> str:
        """The name of the rule, as it is called in trees."""
        return str(self.rule.alias or self.rule.origin.name)


@dataclass(frozen=True)
class Place:
    """A place between two tokens of a text.

    Attributes
    ----------
    at : int
        Its position in the text.
    values : list
        The trees and tokens before it that are not yet part of a larger tree.
    """

    at: int
    _states: list[int]
    values: list[Any]

    @functools.cached_property
    def accepted(self) -> tuple[str, ...]:
        """The terminals that can stand here."""
        known = _tables().actions[self._states[-1]]
        return tuple(name for name in known if name.isupper() and self._before(name) is not None)

    def uses(self, terminal: str, goes_on: Callable[[Use], bool]) -> Iterator[Use]:
        """Yield what a terminal would be part of here: its rule, the rules that is part of.

        Parameters
        ----------
        terminal : str
            One of those accepted.
        goes_on : callable
            Whether the rules that a use is part of are wanted, too.
        """
        states = self._before(terminal) or []
        todo = deque([(terminal, len(states) - 1)])
        seen = set(todo)
        while todo:
            for use in _uses(states, *todo.popleft()):
                yield use
                upward = (str(use.rule.origin.name), use.base)
                if upward not in seen and goes_on(use):
                    seen.add(upward)
                    todo.append(upward)

    def _before(self, terminal: str) -> list[int] | None:
        """Return the stack on which a terminal would be put; None where it cannot stand."""
        states = list(self._states)
        actions = _tables().actions
        while True:
            found = actions[states[-1]].get(terminal)
            if found is None:
                return None
            argument = found[1]
            if isinstance(argument, int):
                return states
            if argument.expansion:
                del states[-len(argument.expansion) :]
            states.append(actions[states[-1]][argument.origin.name][1])


def places(clean: str, start: str, cuts: Iterable[int]) -> list[Place]:
    """Return the places at those cuts up to which a text can be read.

    Parameters
    ----------
    clean : str
        The text without comments and without the word that says what it asks.
    start : str
        What it asks, or what part of a question it is.
    cuts : iterable of int
        Where tokens would begin.
    """
    waiting = sorted(cuts)
    found: list[Place] = []
    parser = grammar().parse_interactive(clean, start=start)
    state = parser.parser_state

    def reached(position: int) -> None:
        while waiting and waiting[0] <= position:
            # Feeding a token changes the stack even where the token is refused.
            found.append(Place(waiting.pop(0), list(state.state_stack), list(state.value_stack)))

    try:
        for token in parser.lexer_thread.lex(state):
            reached(token.start_pos)
            while waiting and waiting[0] < token.end_pos:
                waiting.pop(0)
            state.feed_token(token)
    except UnexpectedInput as error:
        reached(error.pos_in_stream or 0)
    else:
        reached(len(clean))
    return found


@dataclass(frozen=True)
class _Tables:
    """The parser's tables, read backwards.

    ``actions`` are the parser's own: by state and symbol, the next state or the rule that ends.
    ``symbols`` is the symbol that leads to a state: there is one for each. ``uses`` are the rules
    a symbol is part of, and after how many others.
    """

    actions: Mapping[int, Mapping[str, tuple[Any, Any]]]
    symbols: Mapping[int, str]
    uses: Mapping[str, list[tuple[Rule, int]]]


@functools.cache
def _tables() -> _Tables:
    parser = grammar()
    actions = parser.parse_interactive("", start="funnel").parser_state.parse_conf.states
    symbols = {
        argument: name
        for row in actions.values()
        for name, (_, argument) in row.items()
        if isinstance(argument, int)
    }
    uses: dict[str, list[tuple[Rule, int]]] = defaultdict(list)
    for rule in parser.rules:
        for dot, symbol in enumerate(rule.expansion):
            uses[symbol.name].append((rule, dot))
    return _Tables(actions, symbols, uses)


def _uses(states: list[int], symbol: str, depth: int) -> Iterator[Use]:
    """Yield the rules of which a symbol that begins after ``depth`` others can be part."""
    tables = _tables()
    for rule, dot in tables.uses.get(symbol, ()):
        base = depth - dot
        if base < 0 or rule.origin.name not in tables.actions[states[base]]:
            continue
        before = (tables.symbols[state] for state in states[base + 1 : depth + 1])
        if all(part.name == name for part, name in zip(rule.expansion, before, strict=False)):
            yield Use(rule, dot, base)
