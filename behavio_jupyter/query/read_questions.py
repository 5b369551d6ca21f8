"""From syntax trees to whole questions: clauses and the expressions of trends."""

from __future__ import annotations

import re
from typing import Any

from lark import Token, Tree

from ..errors import DefinitionError, QueryTextError
from .clauses import Breakdown, Sessions
from .funnel import Exclusion, Funnel
from .paths import Paths, Rename
from .read_conditions import ConditionReader, position, text_of
from .retention import Retention
from .segment import Segment
from .time import DateRange, Duration
from .timeline import Timeline
from .trend import Formula, Number, Series, Trend
from .variables import plain

_REPEATABLE = ("without", "hide", "only", "rename")
_FLAGS = {
    "unbounded": ("unbounded", True),
    "rolling": ("alignment", "rolling"),
    "including": ("include_start", True),
    "repeats": ("collapse", False),
}
_PLAIN = ("where", "by", "within", "same", "from_", "to", "steps", "top")


class QuestionReader(ConditionReader):
    """Reads whole questions; see :meth:`ConditionReader.read`."""

    def _read_funnel(self, tree: Tree[Any]) -> Funnel:
        steps = [child for child in tree.children if child.data == "step"]
        fields = {"steps": tuple(map(self.read, steps)), **self._clauses(tree, skip=len(steps))}
        return self._question(tree, Funnel, fields)

    def _read_retention(self, tree: Tree[Any]) -> Retention:
        cohort = "first in range"
        children = list(tree.children)
        if children[0].data == "cohort":
            cohort = " ".join(children.pop(0).children[0].lower().split())
        fields = self._clauses(tree, skip=len(tree.children) - len(children) + 2)
        if isinstance(fields.get("per"), Duration):
            fields["alignment"] = "rolling"
        start, returning = map(self.read, children[:2])
        return self._question(
            tree, Retention, {"start": start, "returning": returning, "cohort": cohort, **fields}
        )

    def _read_paths(self, tree: Tree[Any]) -> Paths:
        return self._question(tree, Paths, self._clauses(tree))

    def _read_trend(self, tree: Tree[Any]) -> Trend:
        value = self.expression(tree.children[0])
        return self._question(tree, Trend, {"value": value, **self._clauses(tree, skip=1)})

    def _read_segment(self, tree: Tree[Any]) -> Segment:
        condition, *reference = map(self.read, tree.children)
        return self.make(tree, Segment, condition=condition, reference=next(iter(reference), None))

    def _read_timeline(self, tree: Tree[Any]) -> Timeline:
        return self._question(tree, Timeline, self._clauses(tree))

    # ------------------------------------------------------------ clauses

    def _clauses(self, tree: Tree[Any], skip: int = 0) -> dict[str, Any]:
        """Read the clauses of a question into its fields, each at most once."""
        fields: dict[str, Any] = {}
        seen: set[str] = set()
        for clause in tree.children[skip:]:
            name, found = str(clause.data), self._clause(clause)
            if name == "segments" and _is_count(found):
                if tree.data != "retention":
                    self.fail("Expected a segment after 'for'.", clause)
                name, found = "periods", {"periods": found}
            if name in seen and name not in _REPEATABLE:
                self._twice(clause)
            seen.add(name)
            for field, value in found.items():
                if name in _REPEATABLE:
                    fields[field] = (*fields.get(field, ()), *value)
                elif field in fields:
                    self._twice(clause)
                else:
                    fields[field] = value
        start, end = fields.pop("start_of_range", None), fields.pop("end_of_range", None)
        if start is not None or end is not None:
            place = next(
                child
                for child in tree.children[skip:]
                if child.data in ("since", "until", "during")
            )
            fields["during"] = self.make(place, DateRange, start=start, end=end)
        return fields

    def _clause(self, clause: Tree[Any]) -> Any:
        """Read one clause into the fields it sets."""
        if clause.data in _FLAGS:
            return dict([_FLAGS[clause.data]])
        if clause.data in _PLAIN:
            return {str(clause.data): self.read(clause.children[0])}
        return self.read(clause)

    def _twice(self, clause: Tree[Any]) -> None:
        word = re.match(r"[\w ]+?\b", self.text[position(clause) :])
        joined = "; join the conditions with 'and'" if clause.data == "where" else ""
        self.fail(f"'{word[0] if word else clause.data}' is said twice{joined}.", clause)

    def _question(self, tree: Tree[Any], model: type[Any], fields: dict[str, Any]) -> Any:
        """Build a question; what does not fit together points at the clause it speaks of."""
        try:
            return self.make(tree, model, **fields)
        except QueryTextError as error:
            message = error.args[0]
            for clause in tree.children:
                words = self.text[position(clause) :].split(maxsplit=1)
                if words and re.search(rf"'{re.escape(words[0])}[ ']", message, re.IGNORECASE):
                    self.fail(message, clause)
            raise

    def _read_breakdown(self, tree: Tree[Any]) -> Breakdown:
        name, *top = map(self.read, tree.children)
        return self.make(tree, Breakdown, property=name, **({"top": top[0]} if top else {}))

    def _read_segments(self, tree: Tree[Any]) -> Any:
        first = tree.children[0]
        if len(tree.children) == 1 and first.data == "saved":
            token = first.children[0].children[0]
            if token.type == "PLACEHOLDER" and _is_count(
                value := plain(self.variables.value(token))
            ):
                return value  # "for {n}" in a retention is a number of periods
        return {"segments": tuple(map(self.read, tree.children))}

    def _read_during(self, tree: Tree[Any]) -> dict[str, Any]:
        found = self.read(tree.children[0])
        return {"start_of_range": found.start, "end_of_range": found.end}

    def _read_since(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"start_of_range": self.read(tree.children[0])}

    def _read_until(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"end_of_range": self.read(tree.children[0])}

    def _read_range_closed(self, tree: Tree[Any]) -> DateRange:
        start, end = map(self.read, tree.children)
        return self.make(tree, DateRange, start=start, end=end)

    def _read_range_since(self, tree: Tree[Any]) -> DateRange:
        return self.make(tree, DateRange, start=self.read(tree.children[0]))

    def _read_range_until(self, tree: Tree[Any]) -> DateRange:
        return self.make(tree, DateRange, end=self.read(tree.children[0]))

    def _read_order(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"order": "any" if tree.children[0].type == "IN_ANY_ORDER" else "strict"}

    def _read_counting(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"counting": " ".join(tree.children[0].lower().split())}

    def _read_sessions(self, tree: Tree[Any]) -> dict[str, Any]:
        child = tree.children[0]
        if isinstance(child, Token):
            return {"sessions": self.make(tree, Sessions, by=child.lower())}
        return {"sessions": self.make(tree, Sessions, gap=self.read(child))}

    def _read_without(self, tree: Tree[Any]) -> dict[str, Any]:
        events, *ends = map(self.read, tree.children)
        between = dict(zip(("after", "before"), ends, strict=False))
        return {"exclusions": (self.make(tree, Exclusion, events=events, **between),)}

    def _read_per(self, tree: Tree[Any]) -> dict[str, Any]:
        token = tree.children[0]
        text = self.variables.name(token) if token.type == "PLACEHOLDER" else str(token)
        text = text.strip().lower()
        if text in ("hour", "day", "week", "month"):
            return {"per": text}
        try:
            return {"per": Duration.model_validate(text)}
        except DefinitionError:
            self.fail("Expected hour, day, week or month after 'per'.", token)

    def _read_attribution(self, tree: Tree[Any]) -> dict[str, Any]:
        child = tree.children[0]
        return {"attribution": "last" if isinstance(child, Token) else self.read(child)}

    def _read_periods(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"periods": self._read_whole(tree)}

    def _read_brackets(self, tree: Tree[Any]) -> dict[str, Any]:
        found = [list(map(self.read, bracket.children)) for bracket in tree.children]
        return {"brackets": tuple((ends[0], ends[-1]) for ends in found)}

    def _read_hide(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"hide": tuple(map(self.read, tree.children))}

    def _read_only(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"only": tuple(map(self.read, tree.children))}

    def _read_rename(self, tree: Tree[Any]) -> dict[str, Any]:
        events, name = map(self.read, tree.children)
        return {"rename": (self.make(tree, Rename, events=events, name=name),)}

    def _read_who(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"user": self._text(tree.children[0])}

    def _read_of_segment(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"segment": self.read(tree.children[0].children[0])}

    def _read_of_event(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"event": self.read(tree.children[0])}

    def _read_of_text(self, tree: Tree[Any]) -> dict[str, Any]:
        return {"text": self._text(tree.children[0])}

    def _text(self, token: Token) -> str:
        """Read a text; digits of an id stand for themselves."""
        match token.type:
            case "STRING":
                return text_of(token)
            case "PLACEHOLDER":
                return str(self.variables.scalar(token))
        return str(token)

    # ------------------------------------------------------------ expressions of trends

    def expression(self, tree: Tree[Any]) -> Any:
        """Read a series, a number or a formula of them."""
        if tree.data == "arithmetic":
            return self._formula(tree)
        if tree.data == "number":
            return self.make(tree, Number, value=self.read(tree))
        return self.read(tree)

    def _formula(self, tree: Tree[Any]) -> Any:
        left = self.expression(tree.children[0])
        for operator, right in zip(tree.children[1::2], tree.children[2::2], strict=True):
            if operator == "%":
                self.fail("A trend combines series with + - * and /.", operator)
            right_ = self.expression(right)
            left = self.make(tree, Formula, operator=str(operator), left=left, right=right_)
        return left

    def _read_series(self, tree: Tree[Any]) -> Series:
        function, events = tree.children
        words = re.sub(r"\s+", " ", function.lower()).removesuffix(" of")
        return self.make(tree, Series, function=words, events=self.read(events))

    def _read_aggregate(self, tree: Tree[Any]) -> Series:
        function, counted = tree.children
        events, name = self.read(counted)
        words = str(function).lower().replace("average", "avg")
        return self.make(tree, Series, function=words, events=events, property=name)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
