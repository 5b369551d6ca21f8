"""What results write: CSV, pages, pictures."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ..errors import BehavioError, DefinitionError, nearest_hint

if TYPE_CHECKING:
    import plotly.graph_objects as go

ImageFormat = Literal["png", "svg", "pdf"]
FORMATS = ("png", "svg", "pdf")
_WIDTH = 960
"""Pixels; the height is the figure's own."""


def write_table(numbers: pd.DataFrame | pd.Series, path: str | Path | None) -> str | None:
    """Write a table as CSV; without a path, return it.

    Raises
    ------
    BehavioError
        No file can be written there.
    """
    try:
        return numbers.to_csv(path, index=False)
    except OSError as error:
        raise _not_written(path, error) from error


def write_parquet(numbers: pd.DataFrame | pd.Series, path: str | Path) -> None:
    """Write a table as Parquet.

    Raises
    ------
    BehavioError
        No file can be written there.
    """
    frame = numbers.to_frame() if isinstance(numbers, pd.Series) else numbers
    try:
        frame.to_parquet(path, index=False)
    except OSError as error:
        raise _not_written(path, error) from error


def write_text(text: str, path: str | Path | None) -> str | None:
    """Write text; without a path, return it.

    Raises
    ------
    BehavioError
        No file can be written there.
    """
    if path is None:
        return text
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _not_written(path, error) from error
    return None


def write_image(
    figure: go.Figure, path: str | Path | None, format: ImageFormat | None, scale: float
) -> bytes | None:
    """Draw a figure with Kaleido and write it; without a path, return it.

    Parameters
    ----------
    figure : Figure
    path : str, Path or None
    format : {"png", "svg", "pdf"}, optional
        Default: what the path ends with; without a path, PNG.
    scale : float
        Pixels of the image for one of the page.

    Raises
    ------
    BehavioError
        Kaleido or Chrome is not there or fails, or no file can be written there.
    DefinitionError
        There is no such format.
    """
    image = _image(figure, _format(path, format), scale)
    if path is None:
        return image
    try:
        Path(path).write_bytes(image)
    except OSError as error:
        raise _not_written(path, error) from error
    return None


def _format(path: str | Path | None, given: str | None) -> str:
    found = given or (Path(path).suffix.removeprefix(".").lower() if path is not None else "png")
    if found in FORMATS:
        return found
    if given is None:
        raise DefinitionError(f"{path} does not say what to draw: end it with .png, .svg or .pdf.")
    raise DefinitionError(f"There is no format {given!r}{nearest_hint(given, FORMATS)}.")


def _image(figure: go.Figure, format: str, scale: float) -> bytes:
    if find_spec("kaleido") is None:
        raise BehavioError(
            "Images are drawn by Kaleido, which is not installed: "
            "pip install 'behavio-jupyter[images]'."
        )
    from kaleido import calc_fig_sync
    from kaleido.errors import ChromeNotFoundError

    size = {"width": _WIDTH, "height": figure.layout.height}
    try:
        # Not by Plotly's own to_image: that would have the page load a script from the network.
        return bytes(
            calc_fig_sync(
                figure.to_dict(),
                opts={"format": format, "scale": scale, **size},
                kopts={"mathjax": False},
            )
        )
    except ChromeNotFoundError:
        raise BehavioError(
            "Images are drawn by Chrome or Chromium, which is not found: install it, or run "
            "plotly_get_chrome in a terminal."
        ) from None
    except Exception as error:
        told = str(error).strip().splitlines()
        raise BehavioError(
            f"Chrome could not draw the image: {told[0] if told else type(error).__name__}"
        ) from error


def _not_written(path: str | Path | None, error: OSError) -> BehavioError:
    return BehavioError(f"{path} cannot be written: {error.strerror or error}.")
