"""Mail by the user's own server: over verified TLS, in one bounded conversation, against a real local SMTP server."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509

from tests.unit.scope.test_tls import certificate
from tieback.model.errors import UsageError
from tieback.scope.guard import ServiceGuard
from tieback.scope.mail import MailSecurity, MailServer, check_mail_server, send_mail
from tieback.scope.services import RequestOutcome

MESSAGE = b"Subject: x\r\n\r\n.a line with a dot\r\nend\r\n"
S, O = MailSecurity, RequestOutcome  # noqa: E741 - short names for a table


class Inbox:
    """Keeps messages; replies to DATA with ``reply``, if it is set."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[str], bytes]] = []
        self.reply = "250 OK"
        self.users: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.reply

    def authenticate(self, _server: object, _session: object, _envelope: object, _how: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login)
        good = data.password == b"secret"
        return AuthResult(success=good, handled=good)


async def end_conversations() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def smtp_server(inbox: Inbox, security: MailSecurity, pem: Path | None) -> Iterator[int]:
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    more: dict[str, Any] = {"authenticator": inbox.authenticate, "auth_require_tls": security is S.STARTTLS}
    if security is S.STARTTLS:
        more |= {"tls_context": context, "require_starttls": True}
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(inbox, hostname="x", loop=loop, **more),
            "127.0.0.1",
            0,
            ssl=context if security is S.TLS else None,
        )
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(end_conversations())
        loop.close()


@pytest.fixture
def pem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = certificate(tmp_path, [x509.IPAddress(ip_address("127.0.0.1"))])
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


def send(port: int, security: MailSecurity, **more: Any) -> tuple[RequestOutcome, int]:
    server = MailServer("127.0.0.1", port, security, **more)
    done = send_mail(server, "us@own.test", ["a@own.test", "b@own.test"], MESSAGE, ServiceGuard())
    return done.sent, done.code


@pytest.mark.parametrize("security", S)
def test_a_message_is_sent_over_verified_tls(security: MailSecurity, pem: Path) -> None:
    inbox = Inbox()
    with smtp_server(inbox, security, None if security is S.NONE else pem) as port:
        assert send(port, security, user="me", password="secret") == (O.ANSWERED, 250)
    ((sender, recipients, content),) = inbox.got
    assert (sender, recipients, content) == ("us@own.test", ["a@own.test", "b@own.test"], MESSAGE)
    assert inbox.users == [b"me"]


@pytest.mark.parametrize("security", [S.TLS, S.STARTTLS])
def test_without_a_trusted_certificate_nothing_is_sent(security: MailSecurity, tmp_path: Path) -> None:
    inbox, own = Inbox(), certificate(tmp_path, [x509.IPAddress(ip_address("127.0.0.1"))])
    with smtp_server(inbox, security, own) as port:
        assert send(port, security, user="me", password="secret") == (O.NOT_SENT, 0)
    assert (inbox.got, inbox.users) == ([], [])


def test_a_server_without_tls_gets_neither_message_nor_password() -> None:
    inbox = Inbox()
    with smtp_server(inbox, S.NONE, None) as port:
        assert send(port, S.STARTTLS, user="me", password="secret")[0] is O.NOT_SENT
    assert (inbox.got, inbox.users) == ([], [])


@pytest.mark.parametrize(("reply", "code"), [("451 later", 451), ("550 no", 550)])
def test_what_the_server_replies(reply: str, code: int) -> None:
    inbox = Inbox()
    inbox.reply = reply
    with smtp_server(inbox, S.NONE, None) as port:
        assert send(port, S.NONE) == (O.ANSWERED, code)
        assert send(port, S.NONE, user="me", password="wrong") == (O.ANSWERED, 535)


@contextmanager
def peer(*replies: bytes) -> Iterator[int]:
    """A server that sends these replies, one per line that it reads, and closes the connection."""

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as talk, talk.makefile("rb") as lines:
            talk.settimeout(10)
            for reply in replies:
                talk.sendall(reply)
                if not lines.readline():
                    break

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ((b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 go\r\n"), (O.UNSURE, 0)),
        ((b"220 x\r\n", b"250 x\r\n", b"250 x\r\n"), (O.NOT_SENT, 0)),
        ((b"554 no\r\n",), (O.ANSWERED, 554)),
        ((b"HTTP/1.1 400 Bad\r\n",), (O.NOT_SENT, 0)),
        ((b"220" + b"x" * 20_000 + b"\r\n",), (O.ANSWERED, 500)),
    ],
)  # fmt: skip
def test_a_server_that_ends_the_conversation(replies: tuple[bytes, ...], outcome: tuple[RequestOutcome, int]) -> None:
    with peer(*replies) as port:
        assert send(port, S.NONE) == outcome


def test_endless_replies_end_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.scope.mail.TIMEOUT_SECONDS", 0.5)
    with peer(b"220-more\r\n" * 200_000) as port:
        assert send(port, S.NONE)[0] is O.NOT_SENT


@pytest.mark.parametrize(
    "server",
    [
        MailServer("mail.own.test", 25, S.NONE),
        MailServer("", 25),
        MailServer("mail.own.test", 0),
        MailServer("a b", 25),
    ],
)
def test_servers_that_are_not_allowed(server: MailServer) -> None:
    with pytest.raises(UsageError):
        check_mail_server(server)
