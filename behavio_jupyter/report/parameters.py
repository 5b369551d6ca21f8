"""The parameters of a template: read from its tagged cell, checked before anything runs."""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from ..errors import BehavioError, UnknownNameError

_TYPES: dict[str, tuple[Any, str]] = {
    "str": (str, "a text"),
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "bool": (bool, "true or false"),
    "list[str]": (list[str], "a list such as [a, b]"),
    "list[int]": (list[int], "a list of whole numbers such as [1, 2]"),
    "list[float]": (list[float], "a list of numbers such as [0.5, 2]"),
}

_SECRET = re.compile(
    r"://(?:[^\s/@]*:[^\s@]+@"
    r"|\S*[?&;](?:[\w-]*(?:password|passwd|pwd|secret|token|signature|api-?_?key)|sig)=[^\s&;])"
    r"|\b(?:password|passwd|pwd)=[^\s\])]",
    re.IGNORECASE,
)
"""An address with a password in it, or what a database is told beside one."""


class ParameterError(BehavioError):
    """A parameter that a template does not have, or a value that is none of its own."""


@dataclass(frozen=True)
class Parameter:
    """What a template can be told.

    Attributes
    ----------
    name : str
    type : str
        ``str``, ``int``, ``float``, ``bool``, or a list of the first three: ``list[str]``.
    default : object
    help : str
        One line.
    """

    name: str
    type: str
    default: Any
    help: str

    def read(self, value: Any) -> Any:
        """Return a value of the parameter's type; text is read as a person writes it.

        Raises
        ------
        ParameterError
            It is none, or it is an address with a password: the notebook, the names of its files
            and all who get them would have it, too.

        Examples
        --------
        >>> Parameter("steps", "list[str]", [], "").read("[visit, cart]")
        ['visit', 'cart']
        """
        if _SECRET.search(str(value)):
            raise ParameterError(
                f"The parameter {self.name} has a password in it, and parameters are kept with the "
                "report: let the notebook read it from an environment variable."
            )
        kind, expected = _TYPES[self.type]
        try:
            given = value
            if self.type.startswith("list") and isinstance(value, str):
                given = yaml.safe_load(value if value.strip().startswith("[") else f"[{value}]")
            if self.type == "str" and isinstance(value, dt.date):  # YAML reads dates by itself
                given = value.isoformat()
            if self.type == "list[str]":
                given = [str(item) for item in given]
            return TypeAdapter(kind).validate_python(given)
        except (ValidationError, yaml.YAMLError, TypeError):
            raise ParameterError(
                f"The parameter {self.name} is {expected}, not {value!r:.80}."
            ) from None


def parameters_of(cell: str, source: str) -> list[Parameter]:
    """Return the parameters that a tagged cell names.

    Parameters
    ----------
    cell : str
        Lines of ``name: type = default  # help``; the type may be left out.
    source : str
        The notebook, for errors.

    Raises
    ------
    ParameterError
        There is another line; a default is no plain value, or of a type that parameters have not.

    Examples
    --------
    >>> parameters_of("least: int = 3  # such as count(any) >= 3", "own.ipynb")
    [Parameter(name='least', type='int', default=3, help='such as count(any) >= 3')]
    """
    try:
        lines = ast.parse(cell).body
        comments = {
            token.start[0]: token.string.lstrip("# ").rstrip()
            for token in tokenize.generate_tokens(io.StringIO(cell).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, tokenize.TokenError):
        raise ParameterError(f"The cell of parameters in {source} is no Python.") from None
    return [_parameter(line, comments, source) for line in lines]


def _parameter(line: ast.stmt, comments: Mapping[int, str], source: str) -> Parameter:
    kind = ""
    match line:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=written, value=ast.expr() as value):
            kind = ast.unparse(written).strip("'").replace(" ", "")
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case _:
            raise ParameterError(
                f"Line {line.lineno} of the cell of parameters in {source} names none; write them "
                "as: top: int = 5  # how many"
            )
    try:
        default = ast.literal_eval(value)
    except ValueError:
        raise ParameterError(
            f"The default of {name} in {source} is no plain value: {ast.unparse(value):.60}."
        ) from None
    kind = kind or ("list[str]" if isinstance(default, list) else type(default).__name__)
    if kind not in _TYPES:
        raise ParameterError(
            f"The parameter {name} in {source} is of the type {kind}; parameters are "
            f"{', '.join(_TYPES)}."
        )
    told = comments.get(line.end_lineno or line.lineno, "")
    return Parameter(name, kind, Parameter(name, kind, None, told).read(default), told)


def checked(parameters: list[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all parameters: as given, else their defaults.

    Raises
    ------
    UnknownNameError
        There is no such parameter.
    ParameterError
        A value is not of the parameter's type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise UnknownNameError("parameter", name, list(known))
    return {
        name: parameter.read(given[name]) if name in given else parameter.default
        for name, parameter in known.items()
    }
