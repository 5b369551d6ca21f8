"""What results write: CSV, pages, images."""

from __future__ import annotations

import struct

import pytest

from behavio_jupyter import BehavioError, DefinitionError
from behavio_jupyter.result import files
from tests.notebook.lab import chromium

from .answers import funnel


@pytest.fixture
def result():
    return funnel({(): [100, 40, 10]})


def test_a_page_is_written_or_returned(result, tmp_path):
    path = tmp_path / "funnel.html"
    assert result.to_html(path) is None
    page = result.to_html()
    assert len(path.read_text(encoding="utf-8")) == len(page)


@pytest.mark.parametrize("write", ["to_csv", "to_parquet", "to_html", "to_image"])
def test_what_cannot_be_written_is_one_sentence(result, tmp_path, write, monkeypatch):
    monkeypatch.setattr(files, "_image", lambda *_: b"")
    for place in (tmp_path, tmp_path / "nowhere" / "funnel.png"):
        given = {"format": "png"} if write == "to_image" else {}
        with pytest.raises(BehavioError, match="cannot be written") as caught:
            getattr(result, write)(place, **given)
        assert "\n" not in str(caught.value)


def test_an_image_has_the_size_and_format_asked_for(result, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", chromium() or "")
    image = result.to_image(scale=1)
    assert struct.unpack(">II", image[16:24]) == (960, result.chart().layout.height)
    assert result.to_image(tmp_path / "funnel.svg", theme="dark") is None
    drawn = (tmp_path / "funnel.svg").read_text()
    assert drawn.startswith("<svg")
    assert "reached" in drawn or "share of the users" in drawn


def test_what_images_need_is_said(result, tmp_path, monkeypatch):
    with pytest.raises(DefinitionError, match=r"end it with \.png, \.svg or \.pdf"):
        result.to_image(tmp_path / "funnel.gif")
    with pytest.raises(DefinitionError, match="There is no format 'pgn'; the nearest is 'png'"):
        result.to_image(format="pgn")
    monkeypatch.setattr(files, "find_spec", lambda _name: None)
    with pytest.raises(BehavioError, match=r"pip install 'behavio-jupyter\[images\]'"):
        result.to_image()


def test_a_missing_browser_is_said(result, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "chrome"))
    with pytest.raises(BehavioError, match="Chrome or Chromium, which is not found"):
        result.to_image()
