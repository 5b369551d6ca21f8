"""Templates: notebooks with a tagged cell of parameters, bundled or the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DefinitionError, UnknownNameError
from .parameters import Parameter, parameters_of
from .period import UNITS, Unit

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Template:
    """A notebook that is run with parameters.

    Its first heading is its title, the text beneath it says what it is for. The cell tagged
    ``parameters`` has a line ``name: type = default  # help`` for each of them; one called
    ``period`` is given the period that a run is about. The notebook's metadata may say how long
    periods are: ``{"behavio": {"period": "month"}}``; a week unless said.

    Attributes
    ----------
    name : str
        What runs are called.
    path : Path
    bundled : bool
        Whether it comes with the package.
    """

    name: str
    path: Path
    bundled: bool = False

    @cached_property
    def notebook(self) -> NotebookNode:
        """The notebook as it is written."""
        from .formats import nbformat

        try:
            return nbformat.read(self.path, as_version=4)
        except (OSError, ValueError, nbformat.ValidationError) as error:
            told = getattr(error, "strerror", None) or "it is no notebook"
            raise DefinitionError(f"{self.path} cannot be read: {told}.") from None

    @cached_property
    def parameters(self) -> list[Parameter]:
        """What the template can be told."""
        for cell in self.notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                return parameters_of(cell.source, self.path.name)
        return []

    @property
    def title(self) -> str:
        """The first heading."""
        return self._head[0] or self.name

    @property
    def description(self) -> str:
        """The paragraph beneath the first heading."""
        return self._head[1]

    @property
    def unit(self) -> Unit:
        """How long a period is."""
        told: Any = self.notebook.metadata.get("behavio", {}).get("period", "week")
        if told not in UNITS:
            raise UnknownNameError("length of a period", str(told), UNITS)
        return told

    @property
    def dated(self) -> bool:
        """Whether the template is about a period."""
        return any(parameter.name == "period" for parameter in self.parameters)

    @cached_property
    def _head(self) -> tuple[str, str]:
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown" and cell.source.startswith("# "):
                title, _, rest = cell.source.partition("\n")
                return title[2:].strip(), " ".join(rest.strip().split("\n\n")[0].split())
        return "", ""


def bundled() -> list[Template]:
    """Return the templates that come with the package, by name."""
    folder = Path(str(files("behavio_jupyter.templates")))
    return [Template(one.name, one.path, bundled=True) for one in _in(folder)]


def every(folders: Sequence[Path] = ()) -> list[Template]:
    """Return all templates: those of the folders, then the bundled ones with other names."""
    found = {one.name: one for folder in reversed([*folders]) for one in _in(folder)}
    return [*found.values(), *(one for one in bundled() if one.name not in found)]


def find(name: str, folders: Sequence[Path] = ()) -> Template:
    """Return a template by its name, or by the path of its notebook.

    Raises
    ------
    UnknownNameError
        There is no template of that name.
    DefinitionError
        There is no notebook there.
    """
    if name.endswith(".ipynb"):
        path = Path(name)
        if not path.is_file():
            raise DefinitionError(f"There is no notebook {name}.")
        return Template(path.stem, path)
    templates = {one.name: one for one in every(folders)}
    if name not in templates:
        raise UnknownNameError("template", name, list(templates))
    return templates[name]


def _in(folder: Path) -> list[Template]:
    if not folder.is_dir():
        raise DefinitionError(f"There is no folder {folder} with templates.")
    return [Template(path.stem, path) for path in sorted(folder.glob("*.ipynb"))]
