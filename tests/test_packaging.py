"""What goes into the wheel."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = SETTINGS["tool"]["setuptools"]


NOT_SHIPPED = {"README.md", "build.mjs", "package.json", "package-lock.json", "tsconfig.json"}
"""How the JavaScript of the widgets is made; only what is made is shipped."""


def homes():
    """The folder of each package named in pyproject.toml."""
    moved = SETUPTOOLS["package-dir"]
    return {ROOT / moved.get(name, name.replace(".", "/")): name for name in SETUPTOOLS["packages"]}


def test_every_package_is_named():
    roots = {ROOT / folder for folder in SETUPTOOLS["package-dir"].values()}
    found = {path.parent for root in roots for path in root.rglob("__init__.py")}
    assert found == set(homes())


def test_every_file_that_is_no_module_is_package_data():
    for folder, name in homes().items():
        patterns = SETUPTOOLS["package-data"].get(name, [])
        shipped = {path for pattern in patterns for path in folder.glob(pattern)}
        files = {path for path in folder.iterdir() if path.is_file() and path.suffix != ".py"}
        others = {path for path in files - shipped if path.name not in NOT_SHIPPED}
        assert others == set()


def test_the_dependencies_are_what_is_imported():
    project = SETTINGS["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["images"], *extras["keyring"]]
    named = {re.split(r"[<>=]", line)[0] for line in lines}
    line = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
    imported = {
        library
        for folder in homes()
        for path in folder.glob("*.py")
        for library in line.findall(path.read_text(encoding="utf-8"))
    }
    # Airflow is imported by what a schedule is exported as, and not here.
    others = imported - sys.stdlib_module_names - {"behavio_jupyter", "airflow"}
    others = {{"yaml": "pyyaml"}.get(library, library) for library in others}
    # A kernel is started, not imported, where a notebook is run.
    assert {library.lower() for library in others} == named - {"ipykernel"}
