"""A message to a webhook in Slack's format."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ...result.wording import plural
from .message import Message
from .sending import SECONDS, DeliveryError

_LONGEST = 2900
"""Letters of a block's text; Slack takes 3 000."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PASSING = (408, 425, 429)


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no one elsewhere: a message redirected would arrive empty, and tell the address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(message: Message, address: str, name: str) -> str:
    """Send a message to a webhook.

    Parameters
    ----------
    message : Message
    address : str
        The webhook's, which is a secret.
    name : str
        What errors call it.

    Raises
    ------
    DeliveryError
        It was not taken.
    """
    try:
        parts = urllib.parse.urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host, parts = "", urllib.parse.urlsplit("")
    if not host or parts.scheme not in ("http", "https"):
        raise DeliveryError(f"{name} holds no address such as https://hooks.slack.com/….")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise DeliveryError(f"{name} holds an address without encryption: it has to be https.")
    try:
        request = urllib.request.Request(
            address,
            json.dumps(blocks(message)).encode(),
            {"Content-Type": "application/json; charset=utf-8", "User-Agent": "behavio"},
        )
        with urllib.request.build_opener(_StayHere).open(request, timeout=SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        code = error.code
        error.close()
        passing = code >= 500 or code in _PASSING
        raise DeliveryError(f"The webhook of {name} answered {code}.", passing) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise DeliveryError(
                f"The certificate of the webhook of {name} is not to be trusted."
            ) from None
        if isinstance(reason, TimeoutError):
            told = f"did not answer within {SECONDS:g} s"
        elif isinstance(reason, ConnectionRefusedError):
            told = "cannot be reached: the connection was refused"
        else:
            told = "cannot be reached"
        raise DeliveryError(f"The webhook of {name} {told}.", passing=True) from None
    return ""


def blocks(message: Message) -> dict[str, Any]:
    """Return a message as Slack's blocks."""
    found: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": message.title[:150]}}
    ]
    for one in message.alerts:
        sign = ":rotating_light:" if one.outcome == "alert" else ":grey_question:"
        found.append(_section(f"{sign} *{_escaped(one.sentence)}*\n_{_escaped(one.rule)}_"))
    rows = [
        f"*{_escaped(row.name)}*\n{_escaped(row.value)}"
        + (f"  ({_escaped(f'{row.told}; {row.worth}')})" if row.told else "")
        for row in message.rows
    ]
    for at in range(0, min(len(rows), 40), 10):  # Slack takes ten fields a block.
        fields = [{"type": "mrkdwn", "text": row[:2000]} for row in rows[at : at + 10]]
        found.append({"type": "section", "fields": fields})
    if message.run.findings:
        lines = "\n".join(f"• {_escaped(one)}" for one in message.run.findings)
        found.append(_section(lines))
    facts = f"{message.about} · run {message.run.started:%Y-%m-%d %H:%M}"
    found.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _escaped(facts)}]})
    told = f": {plural(len(message.fired), 'alert')}" if message.fired else ""
    return {"text": _escaped(f"{message.title}{told}"), "blocks": found[:50]}


def _section(text: str) -> dict[str, Any]:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut}}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
