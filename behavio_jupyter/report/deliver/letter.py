"""A message as the HTML and the text of a mail.

Programs that show mail know tables and little CSS: what matters is written at the element, only the
dark colours are in a style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..watch import Checked
from .message import Message, Row

_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif"
_LETTER = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
@media (prefers-color-scheme: dark) {{
  .paper {{ background: #111418 !important; color: #e6e9ee !important; }}
  .ink {{ color: #e6e9ee !important; }}
  .quiet {{ color: #a3adba !important; }}
  .line {{ border-color: #333b46 !important; }}
  .good {{ color: #5fd0a8 !important; }}
  .bad {{ color: #ff9d6b !important; }}
  .alert {{ background: #33200f !important; border-color: #e69f00 !important; }}
  .unchecked {{ background: #1b2027 !important; border-color: #5b6573 !important; }}
}}
</style>
</head>
<body class="paper" style="margin:0;background:#ffffff;color:#1c2430;font:16px/1.5 {font}">
<div role="main" aria-label="{title}" class="paper" \
style="max-width:640px;margin:0 auto;padding:24px 18px 40px">
<h1 class="ink" style="margin:0;font-size:24px;line-height:1.25">{heading}</h1>
<p class="quiet" style="margin:4px 0 20px;color:#5b6573;font-size:14px">{about}</p>
{alerts}
{figures}
{findings}
{charts}
<p class="quiet line" style="margin:28px 0 0;padding-top:12px;border-top:1px solid #d9dee4;\
color:#5b6573;font-size:13px">{ending}</p>
</div>
</body>
</html>
"""


def letter(message: Message, charts: Sequence[tuple[str, str]], ending: str) -> str:
    """Return a message as HTML.

    Parameters
    ----------
    message : Message
    charts : sequence of (address, text)
        Of the images, with what stands for them.
    ending : str
        What is attached.
    """
    report = message.run.report
    about = message.about + ("" if report == message.run.template else f" · {report}")
    return _LETTER.format(
        title=escape(message.title),
        font=_FONT,
        heading=escape(message.run.title) + f" · {escape(message.run.period)}",
        about=escape(about),
        alerts="\n".join(map(_alert, message.alerts)),
        figures=_figures(message),
        findings=_findings(message.run.findings),
        charts="\n".join(map(_chart, charts)),
        ending=escape(ending),
    )


def _alert(one: Checked) -> str:
    kind, head = ("alert", "Alert") if one.outcome == "alert" else ("unchecked", "Not checked")
    back, edge = ("#fff3e0", "#d55e00") if kind == "alert" else ("#f5f7f9", "#8a94a3")
    return (
        f'<div class="{kind}" style="margin:0 0 12px;padding:10px 14px;background:{back};'
        f'border-left:4px solid {edge}">'
        f'<div class="ink" style="color:#1c2430"><strong>{head}:</strong> '
        f"{escape(one.sentence)}</div>"
        f'<div class="quiet" style="color:#5b6573;font-size:13px">{escape(one.rule)}</div></div>'
    )


def _figures(message: Message) -> str:
    if not message.rows:
        return ""
    since = f"Key figures, with the change since {message.earlier}"
    head = since if message.earlier else "Key figures"
    rows = "\n".join(map(_row, message.rows))
    return (
        f'<h2 class="ink" style="margin:20px 0 4px;font-size:17px">{escape(head)}</h2>\n'
        '<table style="width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums">\n'
        f"{rows}\n</table>"
    )


def _row(row: Row) -> str:
    edge = "border-bottom:1px solid #d9dee4"
    told = ""
    if row.told:
        kind = {"good": "good", "bad": "bad", "": "ink"}.get(row.turn, "quiet")
        colour = {"good": "#00664b", "bad": "#a63a00", "ink": "#1c2430"}.get(kind, "#5b6573")
        weight = "600" if row.turn in ("good", "bad") else "400"
        told = (
            f'<div class="{kind}" style="color:{colour};font-weight:{weight};font-size:14px">'
            f"{escape(row.told)}</div>"
        )
    if row.worth:
        told += f'<div class="quiet" style="color:#5b6573;font-size:13px">{escape(row.worth)}</div>'
    return (
        f'<tr><th scope="row" class="ink line" style="{edge};padding:9px 10px 9px 0;'
        f'text-align:left;font-weight:400;vertical-align:top">{escape(row.name)}</th>'
        f'<td class="ink line" style="{edge};padding:9px 0;text-align:right;vertical-align:top">'
        f'<div style="font-size:19px;font-weight:600;line-height:1.25">{escape(row.value)}</div>'
        f"{told}</td></tr>"
    )


def _findings(findings: Sequence[str]) -> str:
    if not findings:
        return ""
    lines = "\n".join(
        f'<li class="ink" style="margin:0 0 8px;color:#1c2430">{escape(one)}</li>'
        for one in findings
    )
    return (
        '<h2 class="ink" style="margin:26px 0 6px;font-size:17px">What the numbers say</h2>\n'
        f'<ul style="margin:0;padding-left:20px">{lines}</ul>'
    )


def _chart(chart: tuple[str, str]) -> str:
    address, told = chart
    return (
        f'<p class="ink" style="margin:28px 0 8px;font-weight:600">{escape(told)}</p>\n'
        f'<img src="{escape(address)}" alt="Chart: {escape(told)}" width="604" '
        'style="width:100%;max-width:100%;height:auto;border:0;border-radius:6px">'
    )


def plain(message: Message, ending: str) -> str:
    """Return a message as text."""
    parts = [message.title, message.about, ""]
    for one in message.alerts:
        head = "ALERT" if one.outcome == "alert" else "NOT CHECKED"
        parts += [f"{head}: {one.sentence}", f"  ({one.rule})", ""]
    if message.rows:
        head = "Key figures"
        parts.append(
            f"{head}, with the change since {message.earlier}" if message.earlier else head
        )
        for row in message.rows:
            told = "; ".join(part for part in (row.told, row.worth) if part)
            parts.append(f"- {row.name}: {row.value}" + (f" ({told})" if told else ""))
        parts.append("")
    if message.run.findings:
        parts += ["What the numbers say", *(f"- {one}" for one in message.run.findings), ""]
    return "\n".join([*parts, ending, ""])
