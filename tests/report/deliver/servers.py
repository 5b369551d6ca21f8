"""Real servers on the loopback interface, with faults where they are asked for."""

import contextlib
import http.server
import json
import socket
import ssl
import threading
import time

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


class Post:
    """Takes mail; ``answers`` come first, one for each mail."""

    def __init__(self, *answers, refuses=()):
        self.answers, self.refuses = list(answers), refuses
        self.mails, self.tried = [], 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuses:
            return "550 no such mailbox s3cret"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.tried += 1
        if self.answers:
            return self.answers.pop(0)
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


class _Controller(Controller):
    def __init__(self, post, *, tls=None, starttls=None, password=None, left_out=()):
        self._given = {"tls_context": starttls, "enable_SMTPUTF8": True}
        self._given["auth_exclude_mechanism"] = left_out
        if password is not None:
            self._given |= {
                "auth_required": True,
                "auth_require_tls": tls is None,
                "authenticator": lambda *had: AuthResult(
                    success=had[4].password == password.encode(), handled=False
                ),
            }
        super().__init__(post, hostname="127.0.0.1", port=_free(), ssl_context=tls)

    def factory(self):
        return SMTP(self.handler, **self._given)

    def _trigger_server(self):
        # The base class looks whether it answers without knowing the certificate.
        socket.create_connection((self.hostname, self.port), timeout=5).close()


def _free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def mail_server(post, **given):
    """Serve; yield the port."""
    controller = _Controller(post, **given)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextlib.contextmanager
def silent_server():
    """Take connections and say nothing; yield the port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(8)
        yield one.getsockname()[1]


@contextlib.contextmanager
def webhook(*answers, tls=None, wait=0.0):
    """Serve with these status codes, the last for good; yield the address and what came."""
    codes, came = list(answers), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(wait)
            code = codes.pop(0) if len(codes) > 1 else codes[0]
            with contextlib.suppress(OSError):
                self.send_response(code)
                if code == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(b"s3cret")

        def do_GET(self):
            came.append("got")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_port}/services/s3cret", came
    finally:
        server.shutdown()
        server.server_close()


class Authority:
    """Issues a certificate for the loopback interface."""

    def __init__(self, folder):
        self._authority = trustme.CA()
        self.path = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.path))

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("127.0.0.1").configure_cert(context)
        return context
