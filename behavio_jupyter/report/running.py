"""Running a template: checked, executed, published whole or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BehavioError, DefinitionError
from .archive import FAILED, Archive, Run
from .index import write_index
from .page import to_page
from .parameters import checked
from .pdf import write_pdf
from .period import Period, zone
from .room import Earlier, Orders, Room, Tables
from .source import StaleError, last_period, open_log
from .template import Template, find

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SLUG = 40
"""The most letters of parameters in the name of a report."""


class ReportError(BehavioError):
    """A notebook that failed.

    Attributes
    ----------
    run : Run
        Its folder has the notebook with the error in place.
    """

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


class UnlistedError(BehavioError):
    """A report that was published, but not put on the page over all runs.

    Attributes
    ----------
    run : Run
        What was published.
    """

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


def run(
    template: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    period: str = "",
    timezone: str = "UTC",
    out: str | Path = "reports",
    folders: Sequence[Path] = (),
    force: bool = False,
    stale: bool = False,
    tables: Tables = "csv",
    progress: bool = False,
) -> Run:
    """Run a template and publish its page, notebook and tables.

    Files appear in ``out/report/period``, whole or not at all; ``out/index.html`` lists all runs.
    A run with the same template, parameters and period is not repeated; one of a log that ended too
    early is, and so is one of a notebook that was changed.

    Parameters
    ----------
    template : str
        A name that :func:`templates` lists, or the path of a notebook.
    parameters : mapping, optional
        By name; text is read as its type asks.
    period : str, optional
        ``2026-W47``, ``2026-11`` and so on, or ``last``: the last one that is over by the clock.
        Default: what the template says, else the last one that is over in the log.
    timezone : str
        Whose clock it is.
    out : str or Path
        Where reports are kept.
    folders : sequence of Path
        The user's own templates.
    force : bool
        Run it though it was run; the new one takes the place of the old one.
    stale : bool
        Go on with a log that ends before the period.
    tables : {"csv", "parquet"}
        As what the numbers behind charts are kept, in the folder ``tables``.
    progress : bool
        Show a bar on the standard error stream.

    Raises
    ------
    UnknownNameError, ParameterError, DefinitionError
        Before anything runs: there is no such template, parameter, value or period.
    ReportError
        The notebook failed. It is kept under ``out/failed`` with its error in place.
    UnlistedError
        The report was published, but ``out/index.html`` cannot be written.
    BehavioError
        Something else cannot be written, such as on a full disk; what was published before stays.
    """
    asked, values, report, about = _understood(template, parameters, period, timezone, folders)
    about = about or str(last_period(open_log(values["log"]), asked.unit))
    if asked.dated:
        values["period"] = about
    archive = Archive(Path(out))
    told = _told(asked)
    with _writing(f"{report} for {about}", out):
        _check_same(asked, told, archive.runs(report)[:1], out)
        published = archive.find(report, about)
        if published is not None and not force:
            same = published.notebook_hash == told["notebook_hash"]
            if same and not published.partial:
                return published
        started, clock = dt.datetime.now(dt.UTC).astimezone(), time.monotonic()
        work = archive.begin()
        try:
            room = Room(work)
            earlier = archive.before(report, about)
            compared = earlier and Earlier(period=earlier.period, figures=earlier.figures)
            room.order(Orders(stale=stale, earlier=compared, tables=tables))
            executed, error = _execute(asked, values, room, progress)
            notes = room.notes
            room.clear()
            done = Run(
                report=report,
                template=asked.name,
                title=asked.title,
                period=about,
                parameters=values,
                started=started,
                seconds=round(time.monotonic() - clock, 3),
                outcome="failed" if error else "done",
                error=error,
                figures=notes.figures,
                findings=notes.findings,
                partial=notes.partial,
                **told,
            )
            if error:
                with _writing(f"{error.rstrip('.')}; its notebook", out):
                    kept = archive.keep_failed(done, work)
                raise ReportError(error, kept)
            _write_page(done, executed, work)
            done = archive.publish(done, work)
        finally:
            archive.leave(work)
    try:
        write_index(archive)
    except OSError as failed:
        why = failed.strerror or failed
        raise UnlistedError(
            f"{report} for {about} is published, but the page over all runs, "
            f"{archive.folder / 'index.html'}, cannot be written: {why}.",
            done,
        ) from None
    return done


@contextlib.contextmanager
def _writing(what: str, out: str | Path) -> Iterator[None]:
    """Say in a sentence that something cannot be written, such as on a full disk."""
    try:
        yield
    except OSError as error:
        why = f"{error.strerror or error}"
        where = "" if error.filename is None else f": {error.filename}"
        raise BehavioError(f"{what} cannot be written to {out}: {why}{where}.") from None


def expected(
    template: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    period: str = "",
    timezone: str = "UTC",
    folders: Sequence[Path] = (),
) -> tuple[str, str]:
    """Return the report and the period that :func:`run` would be of, without a look at any log.

    Where the log says the period, it is the last one that is over by the clock.

    Raises
    ------
    UnknownNameError, ParameterError, DefinitionError
        What was asked for cannot be: there is no such template, parameter, value or period.
    """
    asked, _, report, about = _understood(template, parameters, period, timezone, folders)
    now = dt.datetime.now(zone(timezone))
    return report, about or str(Period.last_complete(asked.unit, now))


def _understood(
    template: str,
    parameters: Mapping[str, Any] | None,
    period: str,
    timezone: str,
    folders: Sequence[Path],
) -> tuple[Template, dict[str, Any], str, str]:
    """Return template, values, the report's name, and its period; empty where the log says it."""
    asked = find(template, folders)
    values = checked(asked.parameters, parameters or {})
    about = _period(asked, values, period, timezone)
    report = report_name(asked, values)
    if report.startswith(".") or report.casefold() == FAILED:
        raise DefinitionError(
            f"Reports of a notebook called {report} would not be found again: rename it."
        )
    return asked, values, report, about


def _check_same(
    template: Template, told: Mapping[str, str], latest: Sequence[Run], out: str | Path
) -> None:
    """See to it that the latest run was of this notebook; one that was moved is the same."""
    for run in latest:
        if all(getattr(run, name) != known for name, known in told.items()):
            raise DefinitionError(
                f"{out} has runs of another notebook called {template.name}: rename one of them, "
                "or give this one another --out."
            )


def _told(template: Template) -> dict[str, str]:
    """Return what tells a notebook from others, and from what it was before."""
    place = "bundled" if template.bundled else str(template.path.resolve())
    return {
        "notebook_hash": hashlib.sha256(template.path.read_bytes()).hexdigest(),
        "place_hash": hashlib.sha256(place.encode()).hexdigest(),
    }


def report_name(template: Template, values: Mapping[str, Any]) -> str:
    """Return what runs with these parameters are called, whatever their period."""
    differing = {
        one.name: values[one.name]
        for one in template.parameters
        if one.name != "period" and values[one.name] != one.default
    }
    if not differing:
        return template.name
    written = "-".join(f"{name}-{value}" for name, value in differing.items())
    slug = re.sub(r"[^\w]+", "-", written).strip("-")[:_SLUG].rstrip("-")
    told = hashlib.sha256(json.dumps(differing, sort_keys=True).encode()).hexdigest()
    return f"{template.name}-{slug}-{told[:6]}"


def _period(template: Template, values: Mapping[str, Any], given: str, timezone: str) -> str:
    if not template.dated:
        if given:
            raise DefinitionError(f"{template.name} has no parameter called period to set.")
        return str(Period.containing("day", dt.datetime.now(zone(timezone)).date()))
    text = given or values["period"]
    if text == "last":
        return str(Period.last_complete(template.unit, dt.datetime.now(zone(timezone))))
    if text:
        period = Period.parse(text)
        if period.unit != template.unit:
            raise DefinitionError(
                f"{template.name} is about a {template.unit}, and {text} is a {period.unit}."
            )
        return str(period)
    if "log" not in values:
        raise DefinitionError(f"Say which period {template.name} is about: --period 2026-W47.")
    return ""


def _execute(
    template: Template, values: Mapping[str, Any], room: Room, progress: bool
) -> tuple[NotebookNode, str]:
    """Execute the notebook into the room; return it, and what went wrong, in a sentence."""
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from .formats import nbformat
    from .kernel import ENGINE

    written = room.folder / f"{template.name}.ipynb"
    error = ""
    # Papermill reads parameters its own way, and warns of some that were checked here.
    with warnings.catch_warnings(), _quiet("papermill"):
        warnings.simplefilter("ignore")
        try:
            papermill.execute_notebook(
                str(template.path),
                str(written),
                dict(values),
                engine_name=ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=progress,
                extra_arguments=[
                    "--IPKernelApp.log_level=CRITICAL",
                    f"--IPKernelApp.exec_lines={room.entering}",
                ],
            )
        except (DeadKernelError, NoSuchKernel, RuntimeError) as failed:  # it may not even begin
            told = str(failed).strip().splitlines()
            error = f"The kernel of {template.name} ended: {told[0] if told else 'it was killed'}"
        except PapermillExecutionError as failed:
            line = next(iter(failed.source.strip().splitlines()), "")
            told = failed.evalue.strip().splitlines()
            number = _number(template, values, failed.cell_index)
            error = (
                f"Cell {number} of {template.name} ({line:.60}) failed: "
                f"{told[0] if told else failed.ename}"
            )
            if failed.ename == StaleError.__name__:  # the notebook is well, its log is not
                error = told[0]
    node = nbformat.read(written, as_version=4) if written.exists() else template.notebook
    # Where it was run is nobody's business, and would make every copy another one.
    node.metadata.get("papermill", {}).update(
        input_path=template.path.name, output_path=written.name
    )
    nbformat.write(node, written)
    return node, error


def _number(template: Template, values: Mapping[str, Any], place: int) -> int:
    """Return which cell of the template stands at a place of what is executed.

    Papermill puts a cell with the values behind the cell of parameters, else before all.
    """
    cells = template.notebook.cells
    tagged = (at for at, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", []))
    return place + 1 - (bool(values) and place > next(tagged, -1))


@contextlib.contextmanager
def _quiet(logger: str) -> Iterator[None]:
    """Let nothing be logged meanwhile: what goes wrong is said in a sentence."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _write_page(done: Run, node: NotebookNode, work: Path) -> None:
    page = work / "index.html"
    page.write_text(to_page(node, f"{done.title} · {done.period}", inputs=False), encoding="utf-8")
    write_pdf(page, work / "page.pdf")
