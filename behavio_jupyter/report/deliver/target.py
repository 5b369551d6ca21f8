"""Where a run is delivered to, in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ...errors import DefinitionError

Kind = Literal["mail", "slack", "folder"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORMS = "mail:lead@example.com, slack:NAME_OF_A_VARIABLE or folder:/path"


class Target(BaseModel):
    """One place that runs are delivered to.

    Attributes
    ----------
    kind : {"mail", "slack", "folder"}
    to : tuple of str
        Addresses; or the name of the variable that has the webhook's address; or a path.

    Examples
    --------
    >>> Target.parse("mail: lead@example.com, b@example.com").to
    ('lead@example.com', 'b@example.com')
    >>> str(Target.parse("slack:TEAM_WEBHOOK"))
    'slack:TEAM_WEBHOOK'
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    to: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read a target.

        Raises
        ------
        DefinitionError
            It is none. What stands where a variable's name should be is not repeated: it may be
            a secret.
        """
        kind, sign, rest = text.partition(":")
        kind, rest = kind.strip().lower(), rest.strip()
        if kind == "mail" and sign:
            addresses = tuple(part.strip() for part in rest.split(",") if part.strip())
            wrong = [one for one in addresses if not _ADDRESS.fullmatch(one)]
            if wrong:
                raise DefinitionError(f"{wrong[0]!r} is no address for mail.")
            if not addresses:
                raise DefinitionError("Say who gets the mail: mail:lead@example.com")
            return cls(kind="mail", to=addresses)
        if kind == "slack" and sign:
            if not _VARIABLE.fullmatch(rest):
                raise DefinitionError(
                    "The address of a webhook is a secret: keep it in an environment variable or "
                    "a keyring, and name that, as in slack:TEAM_WEBHOOK."
                )
            return cls(kind="slack", to=(rest,))
        if kind == "folder" and sign:
            if not rest:
                raise DefinitionError("Say which folder: folder:/path")
            return cls(kind="folder", to=(str(Path(rest).expanduser().absolute()),))
        if "://" in text:
            raise DefinitionError(f"An address is no target; write {_FORMS}.")
        raise DefinitionError(f"{text!r} is no target; write {_FORMS}.")

    def __str__(self) -> str:
        """Return the words; :meth:`parse` reads them."""
        return f"{self.kind}:{','.join(self.to)}"
