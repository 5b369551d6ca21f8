"""The parameters of a template: read from its tagged cell, checked before anything runs."""

from __future__ import annotations

import ast
import datetime as dt
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


class ParameterError(BehavioError):
    """A parameter that a template does not have, or a value that is not of its type."""


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
            It is none.

        Examples
        --------
        >>> Parameter("steps", "list[str]", [], "").read("[visit, cart]")
        ['visit', 'cart']
        """
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


def parameters_of(inspected: Mapping[str, Mapping[str, str]], source: str) -> list[Parameter]:
    """Return the parameters of a notebook.

    Parameters
    ----------
    inspected : mapping
        What ``papermill.inspect_notebook`` gives.
    source : str
        The notebook, for errors.

    Raises
    ------
    ParameterError
        A default is not a plain value, or of a type that parameters do not have.
    """
    return [_parameter(dict(one), source) for one in inspected.values()]


def _parameter(one: dict[str, str], source: str) -> Parameter:
    name, written = one["name"], one["default"]
    try:
        default = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        raise ParameterError(
            f"The default of {name} in {source} is no plain value: {written:.60}."
        ) from None
    kind = one["inferred_type_name"].replace(" ", "")
    if kind == "None":
        kind = "list[str]" if isinstance(default, list) else type(default).__name__
    if kind not in _TYPES:
        raise ParameterError(
            f"The parameter {name} in {source} is of the type {kind}; parameters are "
            f"{', '.join(_TYPES)}."
        )
    parameter = Parameter(name, kind, None, one["help"])
    return Parameter(name, kind, parameter.read(default), one["help"])


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
