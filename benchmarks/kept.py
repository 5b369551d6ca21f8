"""What a run has measured so far, kept on disk, so that an interrupted run can go on."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


class Kept:
    """Findings by name; those of other code are forgotten.

    Parameters
    ----------
    folder : Path
    code : iterable of Path
        Folders of Python that decide what is measured.
    libraries : iterable of str
        Whose versions do.
    """

    def __init__(self, folder: Path, code: Iterable[Path], libraries: Iterable[str]) -> None:
        known = hashlib.sha256()
        for library in libraries:
            known.update(f"{library} {version(library)}\n".encode())
        for path in sorted(path for each in code for path in each.rglob("*.py")):
            known.update(path.read_bytes())
        self.folder = folder / known.hexdigest()[:12]
        for other in folder.glob("*"):
            if other != self.folder:
                shutil.rmtree(other)
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, kind: type[T], make: Callable[[], T]) -> T:
        """Return what was found before under a name, or find it now."""
        path = self.folder / f"{name}.json"
        reader = TypeAdapter(kind)
        if path.exists():
            return reader.validate_json(path.read_bytes())
        found = make()
        half = path.with_suffix(".half")
        half.write_bytes(reader.dump_json(found))
        half.rename(path)
        return found

    def forget(self) -> None:
        """Forget everything; the next run begins anew."""
        shutil.rmtree(self.folder)
