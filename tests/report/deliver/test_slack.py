"""Webhooks of a real server, and what can go wrong there."""

import pytest

from behavio_jupyter.report.deliver import Deliverer, Target
from behavio_jupyter.report.watch import check

from .servers import silent_server, webhook

TEAM = Target.parse("slack:TEAM_WEBHOOK")


@pytest.fixture
def sent(run, out, monkeypatch):
    def send(address, alerts=()):
        monkeypatch.setenv("TEAM_WEBHOOK", address)
        said = []
        [delivery] = Deliverer(out, said.append, pause=0.01).deliver(run, [TEAM], alerts)
        assert "s3cret" not in repr((delivery, said))
        assert b"s3cret" not in (out / ".behavio" / "deliveries.sqlite").read_bytes()
        return delivery.state, delivery.attempts, delivery.error

    return send


def test_a_message_is_in_slacks_blocks(run, sent):
    alerts = check(["conversion < 10%", "nobody < 10%"], run, [])
    with webhook(200) as (address, came):
        assert sent(address, alerts) == ("sent", 1, "")
    [message] = came
    assert message["text"] == "Weekly &lt;review&gt; · 2026-W47: 1 alert"
    head, alert, unchecked, figures, findings, facts = message["blocks"]
    assert head["text"] == {"type": "plain_text", "text": "Weekly <review> · 2026-W47"}
    assert (
        "*conversion is 8.0\u202f%, below 10.0\u202f%.*\n_conversion &lt; 10%_"
        in (alert["text"]["text"])
    )
    assert "There is no key figure 'nobody'" in unchecked["text"]["text"]
    assert (
        figures["fields"][0]["text"]
        == "*conversion*\n8.0\u202f%  (−22.4\u202fpp; changed, adjusted p &lt; 0.001)"
    )
    assert findings["text"]["text"] == "• Few &amp; fewer reach &lt;cart&gt;."
    assert facts["elements"][0]["text"].startswith("16 November – 22 November 2026")


@pytest.mark.parametrize(
    ("answers", "state", "attempts", "error"),
    [
        ((500, 429, 200), "sent", 3, ""),
        ((503,), "failed", 4, "The webhook of TEAM_WEBHOOK answered 503."),
        ((404,), "failed", 1, "The webhook of TEAM_WEBHOOK answered 404."),
        ((302,), "failed", 1, "The webhook of TEAM_WEBHOOK answered 302."),
    ],
)
def test_answers(sent, answers, state, attempts, error):
    with webhook(*answers) as (address, came):
        assert sent(address) == (state, attempts, error)
    assert len(came) == attempts


def test_tls_is_checked(sent, trusted):
    with webhook(200, tls=trusted.context()) as (address, _):
        assert sent(address)[0] == "sent"


def test_a_certificate_of_nobody_knows_whom(sent, authority):
    with webhook(200, tls=authority.context()) as (address, came):
        state, attempts, error = sent(address)
    assert (state, attempts, came) == ("failed", 1, [])
    assert error == "The certificate of the webhook of TEAM_WEBHOOK is not to be trusted."


def test_a_silent_server_and_none(sent, monkeypatch, out):
    monkeypatch.setattr("behavio_jupyter.report.deliver.slack.SECONDS", 0.1)
    with silent_server() as port:
        state, attempts, error = sent(f"http://127.0.0.1:{port}/s3cret")
    assert (state, attempts) == ("failed", 4)
    assert error == "The webhook of TEAM_WEBHOOK did not answer within 0.1 s."
    again = Deliverer(out, pause=0.01).repeat(1)
    assert again.error.endswith("cannot be reached: the connection was refused.")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://hooks.example.com/s3cret", "without encryption"),
        ("s3cret", "holds no address"),
        ("https://[s3cret", "holds no address"),
        ("ftp://x/s3cret", "holds no address"),
        ("https://127.0.0.1:port/s3cret", "holds no address"),
    ],
)
def test_what_is_no_address_is_not_repeated(sent, address, said):
    state, _, error = sent(address)
    assert state == "failed"
    assert said in error
