"""Colours that hold on white, on black and for eyes that see fewer of them."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.answers import EXIT, NONE, OTHER
from ...errors import DefinitionError, nearest_hint


@dataclass(frozen=True)
class Theme:
    """The colours of a chart.

    Attributes
    ----------
    text : str
        All words; contrast of at least 4.3 to the background.
    grid : str
        Lines behind the data.
    background : str
    """

    text: str
    grid: str
    background: str


_THEMES = {
    # The one grey that has a contrast of 4.3 both to white and to #111.
    "auto": Theme("#797979", "rgba(128,128,128,0.25)", "rgba(0,0,0,0)"),
    "light": Theme("#333333", "#e4e4e4", "#ffffff"),
    "dark": Theme("#dddddd", "#333333", "#111111"),
}

# Okabe and Ito's palette for colour-blind eyes; olive and lavender stand in for its yellow and
# black, which vanish on white or on black.
PALETTE = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"),
    *("#999933", "#8A7CC9"),
)
NEUTRAL = "#8c8c8c"
"""Of what is joined or left out: ``(other)``, ``(exit)``, ``(none)``."""

MADE_UP = (OTHER, EXIT, NONE)

# Cividis: even in lightness, the same to all kinds of colour vision.
SEQUENTIAL = (
    (0.0, "#00204d"),
    (0.25, "#414d6b"),
    (0.5, "#7c7b78"),
    (0.75, "#bcae6c"),
    (1.0, "#ffea46"),
)

MODEBAR = {
    "remove": ["sendChartToCloud"],
    "bgcolor": "rgba(0,0,0,0)",
    "color": _THEMES["auto"].text,
    "activecolor": PALETTE[0],
}
"""Plotly's buttons, to be seen on white and on black; without the one that sends a chart, data and
all, to Plotly's servers."""


def theme_of(name: str) -> Theme:
    """Return a theme by its name."""
    if name not in _THEMES:
        raise DefinitionError(f"There is no theme {name!r}{nearest_hint(str(name), _THEMES)}.")
    return _THEMES[name]


def colours(names: list[str]) -> dict[str, str]:
    """Return a colour for each name, in order; made-up names are grey.

    Examples
    --------
    >>> colours(["DE", "(other)", "US"])
    {'DE': '#0072B2', '(other)': '#8c8c8c', 'US': '#E69F00'}
    """
    found: dict[str, str] = {}
    real = 0
    for name in names:
        if name in found:
            continue
        if name in MADE_UP:
            found[name] = NEUTRAL
        else:
            found[name] = PALETTE[real % len(PALETTE)]
            real += 1
    return found


def faded(colour: str, opacity: float) -> str:
    """Return a colour that lets the background through.

    Examples
    --------
    >>> faded("#0072B2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
