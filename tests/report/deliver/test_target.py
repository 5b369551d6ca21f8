"""Targets as they are written, and the secrets behind them."""

import keyring
import pytest
from keyring.backend import KeyringBackend

from behavio_jupyter import BehavioError, DefinitionError
from behavio_jupyter.report.deliver import Target
from behavio_jupyter.report.deliver.settings import MailServer, secret


@pytest.mark.parametrize(
    "text", ["mail:a@example.com,b@example.com", "slack:TEAM_WEBHOOK", "folder:/some/where"]
)
def test_targets_are_read(text):
    assert str(Target.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mail:lead", "'lead' is no address for mail"),
        ("mail:", "Say who gets the mail"),
        ("mail:a@b.c\nBcc: x@y.z", "is no address"),
        ("folder:", "Say which folder"),
        ("fax:123", "'fax:123' is no target; write mail:"),
        ("lead@example.com", "is no target"),
        ("slack:https://hooks.slack.com/services/s3cret", "is a secret"),
        ("https://hooks.slack.com/services/s3cret", "An address is no target"),
    ],
)
def test_mistakes_and_no_secret_among_them(text, said):
    with pytest.raises(DefinitionError, match=said) as raised:
        Target.parse(text)
    assert "s3cret" not in str(raised.value)


class Ring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return "from the ring" if (service, username) == ("behavio", "KEPT") else None

    def set_password(self, service, username, password): ...

    def delete_password(self, service, username): ...


def test_a_secret_is_in_the_environment_or_in_a_keyring(monkeypatch):
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        assert secret("KEPT") == "from the ring"
        monkeypatch.setenv("KEPT", "from the environment")
        assert secret("KEPT") == "from the environment"
        with pytest.raises(BehavioError, match="MISSING is not set"):
            secret("MISSING")
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "BEHAVIO_SMTP_HOST is not set"),
        ({"HOST": "x", "SECURITY": "none"}, "is starttls or tls, not 'none'"),
        ({"HOST": "x", "PORT": "high"}, "has to be a port"),
        ({"HOST": "x", "USER": "me"}, "BEHAVIO_SMTP_FROM is not set"),
    ],
)
def test_settings_that_are_wrong(monkeypatch, given, said):
    for name, value in given.items():
        monkeypatch.setenv(f"BEHAVIO_SMTP_{name}", value)
    with pytest.raises(BehavioError, match=said):
        MailServer.from_environment()
