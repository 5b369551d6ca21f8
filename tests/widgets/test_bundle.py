"""The JavaScript that is shipped is what its sources make."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import behavio_jupyter.widgets
import pytest

WIDGETS = Path(behavio_jupyter.widgets.__file__).parent


@pytest.mark.parametrize("name", sorted(path.name for path in (WIDGETS / "static").iterdir()))
def test_what_is_built_names_the_sources_it_is_built_from(name):
    sources = [path for path in (WIDGETS / "src").rglob("*") if path.suffix in (".ts", ".css")]
    sources += [WIDGETS / "build.mjs", WIDGETS / "package-lock.json"]
    digest = hashlib.sha256()
    for path in sorted(sources, key=lambda path: path.relative_to(WIDGETS).as_posix()):
        digest.update(f"{path.relative_to(WIDGETS).as_posix()}\n".encode())
        digest.update(path.read_bytes() + b"\n")
    first = (WIDGETS / "static" / name).read_text(encoding="utf-8").split("*/")[0]
    assert digest.hexdigest() in first, "run: make widgets"


@pytest.mark.parametrize("kind", ["explorer", "funnel", "paths", "retention", "segment", "trend"])
def test_the_style_sheet_of_a_widget_is_of_its_own_region(kind):
    # Each widget brings its styles to the page, also after those of others.
    sheet = (WIDGETS / "src" / f"{kind}.css").read_text(encoding="utf-8")
    outermost = re.findall(r"^(?:@.*\n  )?([^\s}/][^\n;{]*) {$", sheet, re.MULTILINE)
    regions = [one for one in outermost if not one.startswith("@")]
    assert regions
    assert len({*regions}) == 1
    assert regions[0].startswith(".behavio-widget.bh-")


def test_each_source_of_a_widget_is_built():
    made = {path.name for path in (WIDGETS / "static").iterdir()}
    sources = {path.name.replace(".ts", ".js") for path in (WIDGETS / "src").glob("*.*")}
    assert made == sources
