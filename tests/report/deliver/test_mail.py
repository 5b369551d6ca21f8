"""Mail through a real server with TLS, and what can go wrong there."""

import email
import email.policy
from importlib.util import find_spec

import pytest

from behavio_jupyter.report import pdf
from behavio_jupyter.report.deliver import Deliverer, Target, sending
from behavio_jupyter.report.watch import check

from .conftest import publish
from .servers import Post, mail_server, silent_server

LEAD = Target.parse("mail:lead@example.com")


@pytest.fixture
def set_up(monkeypatch):
    def setting(port, **more):
        given = {"HOST": "127.0.0.1", "PORT": str(port), "FROM": "reports@example.com", **more}
        for name, value in given.items():
            monkeypatch.setenv(f"BEHAVIO_SMTP_{name}", value)

    return setting


def sent(run, out, target=LEAD, alerts=()):
    said = []
    [delivery] = Deliverer(out, said.append, pause=0.01).deliver(run, [target], alerts)
    assert "s3cret" not in repr((delivery, said))
    assert b"s3cret" not in (out / ".behavio" / "deliveries.sqlite").read_bytes()
    return delivery


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_has_all_that_a_lead_wants(run, out, trusted, set_up, security):
    if find_spec("kaleido") and pdf.browser():
        run = publish(out, chart=security == "tls")
    post = Post()
    alerts = check(["conversion < 10%"], run, [])
    with mail_server(post, **{security: trusted.context()}, password="s3cret") as port:
        set_up(port, SECURITY=security, USER="me", PASSWORD="s3cret")
        delivery = sent(run, out, alerts=alerts)
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    [(to, content)] = post.mails
    assert to == ["lead@example.com"]
    assert b"s3cret" not in content
    mail = email.message_from_bytes(content, policy=email.policy.default)
    subject = "Weekly <review> · 2026-W47: conversion is 8.0\u202f%, below 10.0\u202f%"
    assert " ".join(mail["Subject"].split()) == " ".join(subject.split())
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == ["own-2026-W47.html", "own-2026-W47.pdf"]
    page = next(part for part in mail.iter_attachments())
    assert "The page" in page.get_content()
    text = mail.get_body(("plain",)).get_content().replace("\u202f", " ")
    assert "ALERT: conversion is 8.0 %, below 10.0 %." in text
    assert "- conversion: 8.0 % (−22.4 pp; changed, adjusted p < 0.001)" in text
    html = mail.get_body(("html",)).get_content()
    assert "Few &amp; fewer reach &lt;cart&gt;." in html
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == html.count("<img ") == int(b"Few reach cart" in content)
    for part in pictures:
        assert f"cid:{part['Content-ID'].strip('<>')}" in html
        assert part.get_content().startswith(b"\x89PNG")


def test_a_server_that_is_busy_is_asked_again(run, out, trusted, set_up):
    post = Post("451 later s3cret", "452 later")
    with mail_server(post, starttls=trusted.context()) as port:
        set_up(port)
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts, len(post.mails)) == ("sent", 3, 1)


def test_it_gives_up_after_four_attempts(run, out, trusted, set_up):
    post = Post(*["451 later"] * 9)
    with mail_server(post, starttls=trusted.context()) as port:
        set_up(port)
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts, post.tried) == ("failed", 4, 4)
    assert delivery.error.endswith("refused the mail (451).")


def test_who_is_not_known_does_not_hinder_the_others(run, out, trusted, set_up):
    post = Post(refuses=["gone@example.com"])
    both = Target.parse("mail:lead@example.com,gone@example.com")
    with mail_server(post, starttls=trusted.context()) as port:
        set_up(port)
        delivery = sent(run, out, both)
        assert (delivery.state, len(post.mails)) == ("sent", 1)
        assert delivery.error == "No mail was taken for gone@example.com (550)."
        nobody = sent(run, out, Target.parse("mail:gone@example.com"))
    assert (nobody.state, nobody.attempts) == ("failed", 1)
    assert nobody.error.endswith("takes no mail for gone@example.com (550).")


def test_without_tls_nothing_is_sent(run, out, set_up):
    post = Post()
    with mail_server(post) as port:
        set_up(port, USER="me", PASSWORD="s3cret")
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts, post.mails) == ("failed", 1, [])
    assert delivery.error.endswith("offers no TLS: nothing was sent.")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_knows_whom(run, out, authority, set_up, security):
    post = Post()
    with mail_server(post, **{security: authority.context()}) as port:
        set_up(port, SECURITY=security)
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts, post.mails) == ("failed", 1, [])
    assert "The certificate of the" not in delivery.error
    assert delivery.error.endswith("is not to be trusted.")


def test_a_wrong_password_is_not_tried_again(run, out, trusted, set_up):
    post = Post()
    with mail_server(post, starttls=trusted.context(), password="other") as port:
        set_up(port, USER="me", PASSWORD="s3cret")
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert delivery.error.endswith("refused the sign-in (535).")


def test_a_password_that_mail_cannot_take_is_not_shown(run, out, trusted, set_up):
    with mail_server(Post(), starttls=trusted.context(), password="other") as port:
        set_up(port, USER="me", PASSWORD="gehäim")
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert delivery.error.endswith("name and password must be of ASCII letters.")


def test_a_server_that_takes_no_passwords(run, out, trusted, set_up):
    left_out = ["PLAIN", "LOGIN"]
    with mail_server(Post(), starttls=trusted.context(), left_out=left_out) as port:
        set_up(port, USER="me", PASSWORD="s3cret")
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert delivery.error.endswith("offers no sign-in by a password: nothing was sent.")


def test_no_server_and_a_silent_one(run, out, set_up, monkeypatch):
    monkeypatch.setattr("behavio_jupyter.report.deliver.mail.SECONDS", 0.1)
    with silent_server() as port:
        set_up(port)
        delivery = sent(run, out)
    assert (delivery.state, delivery.attempts) == ("failed", sending.ATTEMPTS)
    assert delivery.error.endswith("did not answer within 0.1 s.")
    again = Deliverer(out, pause=0.01).repeat(delivery.id)
    assert again.error.endswith("refused the connection.")


def test_settings_that_are_missing_are_named(run, out):
    delivery = sent(run, out)
    assert (delivery.state, delivery.attempts) == ("failed", 0)
    assert delivery.error == "BEHAVIO_SMTP_HOST is not set: name the server that sends mail."
