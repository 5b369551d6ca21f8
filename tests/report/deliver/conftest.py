"""A run that was published, with a chart, and settings of nobody else."""

import datetime as dt

import nbformat
import plotly.graph_objects as go
import pytest

from behavio_jupyter.report import Archive, KeyFigure, Run

from .servers import Authority


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in ("HOST", "PORT", "SECURITY", "USER", "FROM", "PASSWORD"):
        monkeypatch.delenv(f"BEHAVIO_SMTP_{name}", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


def publish(out, period="2026-W47", count=21, chart=False):
    archive = Archive(out)
    work = archive.begin()
    node = nbformat.v4.new_notebook()
    if chart:
        figure = go.Figure(go.Bar(x=["visit", "cart"], y=[5, 2]), {"height": 300})
        said = {"text/html": '<p class="behavio-finding">x</p>', "text/plain": "Few reach cart."}
        drawn = {"application/vnd.plotly.v1+json": figure.to_plotly_json()}
        outputs = [nbformat.v4.new_output("display_data", one) for one in (said, drawn)]
        node.cells = [nbformat.v4.new_code_cell("", outputs=outputs)]
    nbformat.write(node, work / "own.ipynb")
    (work / "index.html").write_text("<!DOCTYPE html><title>The page</title>", encoding="utf-8")
    (work / "page.pdf").write_bytes(b"%PDF-1.7 the page")
    run = Run(
        report="own",
        template="own",
        title="Weekly <review>",
        period=period,
        parameters={},
        started=dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC),
        seconds=1.0,
        figures=[
            KeyFigure.rate("conversion", count, 263),
            KeyFigure.counted("active users", 263, "users"),
        ],
        findings=["Few & fewer reach <cart>."],
    )
    return archive.publish(run, work)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def run(out):
    publish(out, "2026-W46", 80)
    return publish(out)
