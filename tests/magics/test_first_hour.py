"""What docs/first_hour.ipynb says in words is what its cells show, and its folded answers run."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

DOCS = Path(__file__).parents[2] / "docs"
CELLS = nbformat.read(DOCS / "first_hour.ipynb", as_version=4).cells
NUMBER = re.compile(r"\d+(?:\.\d+)?")
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, tuple[str, str]]:
    """By heading: the prose below it, and the text of all outputs there."""
    found: dict[str, list[str]] = {}
    heading = ""
    for cell in CELLS:
        if cell.cell_type == "code":
            found.setdefault(heading, ["", ""])[1] += "\n".join(map(text_of, cell.outputs))
            continue
        for part in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
            if part.startswith("## "):
                heading = part.splitlines()[0][3:]
            found.setdefault(heading, ["", ""])[0] += part
    return {name: (prose, shown) for name, (prose, shown) in found.items()}


def text_of(output: nbformat.NotebookNode) -> str:
    return output.get("text", "") + output.get("data", {}).get("text/plain", "")


def numbers(text: str) -> set[float]:
    """Numbers as they stand, and with what may part their thousands left out."""
    joined = re.sub(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}\b)", "", text)
    return {float(number) for part in (text, joined) for number in NUMBER.findall(part)}


def said(prose: str) -> set[float]:
    """The numbers in bold: those that were counted."""
    bold = re.findall(r"\*\*(.*?)\*\*", prose)
    return set().union(*(numbers(text.replace(",", "")) for text in bold))


def told(shown: str) -> set[float]:
    """The numbers shown; a share that a frame shows as 0.309 is 30.9 % in words."""
    return numbers(shown) | {round(100 * number, 1) for number in numbers(shown)}


SECTIONS = sections()
EXERCISES = re.split(r"^\*\*\d\.\*\* ", SECTIONS["Exercises"][0], flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("heading", [name for name in SECTIONS if name != "Exercises"])
def test_counted_numbers_are_those_shown(heading: str) -> None:
    prose, shown = SECTIONS[heading]
    assert said(prose) - told(shown) == set()


def test_most_sections_say_what_was_counted() -> None:
    assert sum(bool(said(prose)) for prose, _ in SECTIONS.values()) >= 10


def test_answers_run_and_say_what_they_show(shell) -> None:
    shell.run_cell("%behavio connect contributions").raise_error()
    segment = next(cell.source for cell in CELLS if cell.source.startswith("%%segment"))
    shell.run_cell(segment).raise_error()
    assert len(EXERCISES) >= 5
    for exercise in EXERCISES:
        shown = ""
        for line in CODE.findall(exercise)[0][1].splitlines():
            run = shell.run_cell(line)
            run.raise_error()
            shown += repr(run.result)
        assert said(exercise) - told(shown) == set()


def test_what_is_clicked_runs(shell) -> None:
    shell.run_cell("%behavio connect contributions\nlog = %behavio use contributions")
    blocks = [text for cell in CELLS for kind, text in CODE.findall(cell.source) if kind]
    assert len(blocks) >= 2
    for block in blocks:
        shell.run_cell(block).raise_error()


def test_links_lead_somewhere() -> None:
    for cell in CELLS:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert (DOCS / target).is_file(), target
