"""Settings and secrets of delivery: from environment variables, secrets from a keyring too.

A secret is read when it is needed and kept nowhere. Errors name its variable, never what is in it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from .sending import DeliveryError
from .target import Target

KEYRING = "behavio"
"""The keyring's service: ``keyring set behavio BEHAVIO_SMTP_PASSWORD``."""

PASSWORD = "BEHAVIO_SMTP_PASSWORD"
"""The secret with which mail is sent."""

Security = Literal["starttls", "tls"]

SMTP = tuple(
    f"BEHAVIO_SMTP_{name}" for name in ("HOST", "SECURITY", "PORT", "FROM", "USER", "PASSWORD")
)
"""The variables that mail is sent by."""

_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465}


def secret(name: str) -> str:
    """Return a secret from the environment, else from the keyring.

    Raises
    ------
    DeliveryError
        It is in neither.
    """
    value = os.environ.get(name, "") or _from_keyring(name)
    if not value:
        raise DeliveryError(
            f"{name} is not set: put it in the environment, or in a keyring with "
            f"keyring set {KEYRING} {name}."
        )
    return value.strip()


@contextlib.contextmanager
def out_of_sight(targets: Sequence[Target]) -> Iterator[None]:
    """Keep the settings of deliveries out of the environment: a notebook may print what it finds.

    Parameters
    ----------
    targets : sequence of Target
        A webhook among them names its secret.
    """
    names = {*SMTP, *(one.to[0] for one in targets if one.kind == "slack")}
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _from_keyring(name: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING, name) or ""
    except KeyringError:
        # No keyring, or a locked one: as if nothing were in it.
        return ""


class MailServer(NamedTuple):
    """How mail is sent.

    Attributes
    ----------
    host : str
    port : int
    security : {"starttls", "tls"}
        Encrypted after a greeting, or from the first byte; never not at all.
    user : str
        Empty: no sign-in.
    sender : str
        The address that mail comes from.
    """

    host: str
    port: int
    security: Security
    user: str
    sender: str

    @classmethod
    def from_environment(cls) -> MailServer:
        """Read ``BEHAVIO_SMTP_HOST``, ``_PORT``, ``_SECURITY``, ``_USER`` and ``_FROM``.

        Raises
        ------
        DeliveryError
            One is missing or cannot be read.
        """
        host, user = _setting("HOST"), _setting("USER")
        security = _setting("SECURITY").lower() or "starttls"
        sender = _setting("FROM") or (user if "@" in user else "")
        if not host:
            raise DeliveryError("BEHAVIO_SMTP_HOST is not set: name the server that sends mail.")
        if security not in _PORTS:
            raise DeliveryError(f"BEHAVIO_SMTP_SECURITY is starttls or tls, not {security!r}.")
        port = _setting("PORT") or str(_PORTS[security])
        if not port.isdecimal() or not 0 < int(port) < 65_536:
            raise DeliveryError(f"BEHAVIO_SMTP_PORT has to be a port such as 587, not {port!r}.")
        if not sender:
            raise DeliveryError("BEHAVIO_SMTP_FROM is not set: say which address mail comes from.")
        return cls(host, int(port), security, user, sender)


def _setting(name: str) -> str:
    return os.environ.get(f"BEHAVIO_SMTP_{name}", "").strip()
