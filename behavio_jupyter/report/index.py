"""The page over all runs: newest first, key figures with their course."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from html import escape

from .archive import Archive, Run, earlier
from .figures import KeyFigure
from .page import framed, write_whole

_WIDTH, _HEIGHT, _PAD = 96, 24, 3


def write_index(archive: Archive) -> None:
    """Write ``index.html`` over all runs of an archive, whole or not at all."""
    path = archive.folder / "index.html"
    written: list[Run] | None = None
    # Another run may publish meanwhile: whoever writes last has seen all of them.
    while (runs := archive.runs()) != written:
        write_whole(path, index_page(runs))
        written = runs


def index_page(runs: Sequence[Run]) -> str:
    """Return the page over these runs, in their order."""
    entries = "\n".join(_entry(run, runs) for run in runs)
    nothing = "<p>No report was run yet: <code>behavio report run weekly_review</code></p>"
    return framed("Reports", f"<h1>Reports</h1>\n{entries or nothing}", kind="behavio-index")


def _entry(run: Run, runs: Sequence[Run]) -> str:
    link = _address(run.report, run.period)
    course = [run, *earlier(runs, run.report, run.period).values()]
    figures = "".join(_figure(figure, course) for figure in run.figures)
    finding = f"<p>{escape(run.findings[0])}</p>" if run.findings else ""
    parts = [f"run {run.started:%Y-%m-%d %H:%M} in {run.seconds:.0f} s"]
    parts += [f"<strong>partial: {escape(run.partial)}</strong>"] if run.partial else []
    parts += [] if run.report == run.template else [escape(run.report)]
    parts.append(f'<a href="{link}/{_address(f"{run.template}.ipynb")}">notebook</a>')
    if (run.folder / "page.pdf").exists():
        parts.append(f'<a href="{link}/page.pdf">PDF</a>')
    facts = " · ".join(parts)
    return f"""<article>
<h2><a href="{link}/index.html">{escape(run.title)} · {escape(run.period)}</a></h2>
<p class="behavio-about">{facts}</p>
{finding}
<dl>{figures}</dl>
</article>"""


def _address(*parts: str) -> str:
    return escape("/".join(urllib.parse.quote(part, safe="") for part in parts))


def _figure(figure: KeyFigure, course: Sequence[Run]) -> str:
    values = sorted(
        (other.period, one.value)
        for other in course
        for one in other.figures
        if figure.same_as(one) and one.value is not None
    )
    drawn = sparkline([value for _, value in values])
    return f"<div><dt>{escape(figure.name)}</dt><dd>{escape(figure.words)}{drawn}</dd></div>"


def sparkline(values: Sequence[float]) -> str:
    """Return the course of a number as a small picture; nothing for fewer than two.

    Examples
    --------
    >>> sparkline([1.0])
    ''
    >>> sparkline([1.0, 2.0]).count("<circle")
    1
    """
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    wide, tall = _WIDTH - 2 * _PAD, _HEIGHT - 2 * _PAD
    points = [
        (
            _PAD + wide * place / (len(values) - 1),
            _PAD + tall * (0.5 if high == low else (high - value) / (high - low)),
        )
        for place, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="behavio-spark" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="course over {len(values)} runs">'
        f'<polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    )
