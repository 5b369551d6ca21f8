"""A message as mail: summary, charts, the page attached; sent with TLS or not at all."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime

from .letter import letter, plain
from .message import Message
from .pictures import Picture
from .sending import SECONDS, DeliveryError
from .settings import PASSWORD, MailServer, secret


def written(
    message: Message, charts: Sequence[Picture], sender: str, to: Sequence[str], number: int
) -> EmailMessage:
    """Return a message as mail.

    Parameters
    ----------
    message : Message
    charts : sequence of Picture
        Shown in the mail.
    sender : str
    to : sequence of str
    number : int
        The delivery's: a mail that is sent again has the same Message-ID, by which mailboxes know
        what they have already.
    """
    run = message.run
    mail = EmailMessage(policy=SMTP)
    try:
        domain = Address(addr_spec=sender).domain or "localhost"
        mail["From"] = Address("Behavio", addr_spec=sender)
        mail["To"] = [Address(addr_spec=one) for one in to]
    except ValueError:
        raise DeliveryError(f"{sender!r} or one of {', '.join(to)} is no address.") from None
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(localtime())
    key = f"{number} {run.report} {run.period} {run.started} {to}"
    mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    name = f"{run.report}-{run.period}"
    attached = [(run.page, "text", "html")]
    if (run.folder / "page.pdf").exists():
        attached.append((run.folder / "page.pdf", "application", "pdf"))
    ending = "The whole report is attached"
    ending += " as a page and as PDF." if len(attached) > 1 else " as a page."
    if not message.whole:
        attached, ending = [], "The report was sent before; this is what was found since."
    if run.outcome == "failed":
        ending = "Nothing that was published before was touched."
    mail.set_content(plain(message, ending))
    ids = [f"chart{place}.{key_of(message)}@{domain}" for place in range(len(charts))]
    shown = [(f"cid:{one}", chart.told) for one, chart in zip(ids, charts, strict=True)]
    mail.add_alternative(letter(message, shown, ending), subtype="html")
    body = mail.get_payload()[1]  # type: ignore[index]
    for place, (one, chart) in enumerate(zip(ids, charts, strict=True), 1):
        body.add_related(  # type: ignore[union-attr]
            chart.png,
            "image",
            "png",
            cid=f"<{one}>",
            disposition="inline",
            filename=f"chart-{place}.png",
        )
    for path, main, sub in attached:
        mail.add_attachment(path.read_bytes(), main, sub, filename=f"{name}{path.suffix}")
    return mail


def key_of(message: Message) -> str:
    """Return what tells a run's images from those of others in one mailbox."""
    told = f"{message.run.report} {message.run.period}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def send(mail: EmailMessage, server: MailServer) -> str:
    """Send a mail; return who did not get it, in a sentence.

    Raises
    ------
    DeliveryError
        Nobody got it. What the server says is told by its number alone: servers repeat what they
        were given.
    """
    password = secret(PASSWORD) if server.user else ""
    context = ssl.create_default_context()
    where = f"The mail server {server.host}:{server.port}"
    try:
        if server.security == "tls":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=SECONDS, context=context
            )
        else:
            opened = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            if server.security == "starttls":
                _begin_tls(opened, context, where)
            if server.user:
                _sign_in(opened, server.user, password, where)
            refused = opened.send_message(mail)
        finally:
            _leave(opened)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        told = f"{where} takes no mail for {_refused(error.recipients)}."
        raise DeliveryError(told, passing=all(400 <= code < 500 for code in codes)) from None
    except smtplib.SMTPNotSupportedError:
        told = f"{where} takes no addresses with letters outside ASCII: nothing was sent."
        raise DeliveryError(told) from None
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        signing_in = isinstance(error, smtplib.SMTPAuthenticationError)
        told = "refused the sign-in" if signing_in else "refused the mail"
        raise DeliveryError(f"{where} {told} ({code}).", passing=400 <= code < 500) from None
    except ssl.SSLCertVerificationError:
        raise DeliveryError(f"The certificate of {where[4:]} is not to be trusted.") from None
    except ssl.SSLError:
        raise DeliveryError(f"{where} does not speak TLS as it should.") from None
    except TimeoutError:
        raise DeliveryError(f"{where} did not answer within {SECONDS:g} s.", True) from None
    except ConnectionRefusedError:
        raise DeliveryError(f"{where} refused the connection.", True) from None
    except smtplib.SMTPServerDisconnected as error:
        # Silence after the greeting began is told by smtplib as a connection that was closed.
        silent = isinstance(error.__context__, TimeoutError)
        told = f"did not answer within {SECONDS:g} s" if silent else "broke off"
        raise DeliveryError(f"{where} {told}.", passing=True) from None
    except (OSError, smtplib.SMTPException):
        raise DeliveryError(f"{where} cannot be reached.", True) from None
    return f"No mail was taken for {_refused(refused)}." if refused else ""


def _begin_tls(opened: smtplib.SMTP, context: ssl.SSLContext, where: str) -> None:
    try:
        opened.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        raise DeliveryError(f"{where} offers no TLS: nothing was sent.") from None


def _sign_in(opened: smtplib.SMTP, user: str, password: str, where: str) -> None:
    try:
        opened.login(user, password)
    except smtplib.SMTPNotSupportedError:
        raise DeliveryError(f"{where} offers no sign-in: nothing was sent.") from None
    except UnicodeEncodeError:
        told = f"{where} cannot be signed in to: name and password must be of ASCII letters."
        raise DeliveryError(told) from None
    except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
        raise
    except smtplib.SMTPException:
        told = f"{where} offers no sign-in by a password: nothing was sent."
        raise DeliveryError(told) from None


def _leave(opened: smtplib.SMTP) -> None:
    """End the connection; by then the mail was taken or not, whatever the server says."""
    try:
        opened.quit()
    except (OSError, smtplib.SMTPException):
        opened.close()


def _refused(recipients: dict[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({code})" for address, (code, _) in recipients.items())
