"""Sends mail by the SMTP server that the user configured, and only by that one (RFC 5321, RFC 8314, RFC 3207).

TLS is verified with the system's roots, at once (``tls``) or by STARTTLS; without TLS only to loopback. Credentials are
those that the user configured for this server. One deadline covers the whole conversation.
"""

import smtplib
import socket
from collections.abc import Sequence
from enum import StrEnum
from io import BufferedReader
from ipaddress import ip_address
from typing import Any

import msgspec

from tieback.model.errors import UsageError
from tieback.scope.guard import ExcludedServiceError, ServiceGuard
from tieback.scope.http_connection import Deadline, SocketReader
from tieback.scope.services import RequestOutcome
from tieback.scope.tls import trust_context

TIMEOUT_SECONDS = 30.0
"""Limit of a conversation."""


class MailSecurity(StrEnum):
    """How the connection to the server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """Only for loopback."""


class MailServer(msgspec.Struct, frozen=True):
    """The user's own mail server."""

    host: str
    port: int
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    password: str = ""


class MailResult(msgspec.Struct, frozen=True):
    """How sending ended."""

    sent: RequestOutcome
    code: int = 0
    """Reply code of the server; 0 if there was none."""
    problem: str = ""


def check_mail_server(server: MailServer) -> None:
    """Check the settings of a server.

    Raises:
        UsageError: the connection would not be protected.
    """
    if not server.host or not 0 < server.port < 65536 or not server.host.isprintable() or " " in server.host:
        raise UsageError("not a mail server", where=server.host[:80], advice="Write host and port")
    if server.security is MailSecurity.NONE and not _is_loopback(server.host):
        advice = 'Use security = "starttls" or "tls"; without TLS only loopback is allowed'
        raise UsageError("no TLS", where=server.host, advice=advice)


def send_mail(
    server: MailServer, sender: str, recipients: Sequence[str], message: bytes, guard: ServiceGuard | None = None
) -> MailResult:
    """Send one message. It counts as sent only if the server accepted it for every recipient.

    Args:
        server: checked by ``check_mail_server``.
        sender: address of the envelope.
        recipients: addresses of the envelope.
        message: RFC 5322 text with CRLF.
        guard: site policies; by default those in their usual places.

    Raises:
        GrantError: a site policy is damaged: nothing may be contacted then.
    """
    check_mail_server(server)
    talk = _Conversation(server, guard if guard is not None else ServiceGuard.load())
    try:
        talk.open()
        code, text = talk.mail(sender)
        for recipient in recipients:
            if code < 300:
                code, text = talk.rcpt(recipient)
        if code < 300:
            code, text = talk.data(message)
        return _result(code, text, talk)
    except ExcludedServiceError as error:
        return MailResult(RequestOutcome.EXCLUDED, problem=str(error))
    except smtplib.SMTPResponseException as error:
        return _result(error.smtp_code, error.smtp_error, talk)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        why = str(error)[:200] or type(error).__name__
        return MailResult(RequestOutcome.UNSURE if talk.transferred else RequestOutcome.NOT_SENT, problem=why)
    finally:
        talk.close()


def _result(code: int, text: bytes | str, talk: "_Conversation") -> MailResult:
    if 200 <= code < 300:
        return MailResult(RequestOutcome.ANSWERED, code)
    if not 400 <= code < 600:
        outcome = RequestOutcome.UNSURE if talk.transferred else RequestOutcome.NOT_SENT
        return MailResult(outcome, problem="the reply is not one of an SMTP server")
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    printable = "".join(sign if sign.isprintable() else " " for sign in words)[:160]
    return MailResult(RequestOutcome.ANSWERED, code, f"{code} {printable}")


class _Conversation(smtplib.SMTP):
    """A conversation with one server, by a socket that site policies permit, read only until the deadline."""

    def __init__(self, server: MailServer, guard: ServiceGuard) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, local_hostname="localhost")
        self._server = server
        self._guard = guard
        self._deadline = Deadline(TIMEOUT_SECONDS)
        self._reader: BufferedReader | None = None
        self._transfers = False
        self.transferred = False
        """True once the server may have got the message."""

    @property
    def file(self) -> BufferedReader | None:
        """Replies. ``smtplib`` sets it to ``None`` after STARTTLS, and reads lines from it."""
        if self._reader is None and self.sock is not None:
            self._reader = BufferedReader(SocketReader(self.sock, self._deadline, TIMEOUT_SECONDS))
        return self._reader

    @file.setter
    def file(self, _value: object) -> None:
        self._reader = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = self._guard.connect(host, port, min(timeout, self._deadline.left()))
        if self._server.security is MailSecurity.TLS:
            sock.settimeout(self._deadline.left())
            return trust_context().wrap_socket(sock, server_hostname=host)
        return sock

    def open(self) -> None:
        """Connect, protect the connection, and log in if the user configured it."""
        server = self._server
        # `starttls` of smtplib checks the certificate against this name.
        self._host = server.host
        code, text = self.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        self.ehlo_or_helo_if_needed()
        if server.security is MailSecurity.STARTTLS:
            self.starttls(context=trust_context())
            self.ehlo_or_helo_if_needed()
        if server.user:
            self.login(server.user, server.password)

    def send(self, s: Any) -> None:
        """Send a command, or the message after the reply 354."""
        self.transferred = self.transferred or self._transfers
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; after 354, the next text is the message."""
        code, text = super().getreply()
        self._transfers = code == 354
        return code, text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
