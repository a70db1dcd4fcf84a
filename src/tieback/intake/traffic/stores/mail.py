"""SMTP, IMAP, POP3 and FTP: not data stores, but recognised to detect a switch to TLS.

Source: RFC 3207 (SMTP STARTTLS), RFC 9051 section 6.2.1 (IMAP), RFC 2595 section 4 (POP3 STLS), RFC 4217 (FTP AUTH
TLS). The server speaks first. If it accepts the client's TLS command, the ClientHello follows.
"""

import re
from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_ascii_text, sample_directions
from tieback.intake.traffic.stores.starttls import handshake_at, record_at

_SEARCHED = 8192


class LineProtocol(msgspec.Struct, frozen=True):
    """One line-based protocol: the first bytes of each side, and the command that requests TLS."""

    name: str
    greeting: re.Pattern[bytes]
    commands: re.Pattern[bytes]
    asks_tls: re.Pattern[bytes]
    client_first: bytes
    server_first: bytes

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Greeting and first command; encrypted if a hello follows the command for TLS."""
        client, server = opening.client, opening.server
        greets = self.greeting.match(server) if server else None
        if (server and greets is None) or (not server and not client) or (client and not self.commands.match(client)):
            return None
        if not client and server[:1].isdigit() and (self.name == "ftp" or b"SMTP" not in server[:200]):
            return None  # a greeting with only a number may be FTP or SMTP
        if not server and self.name in {"ftp", "pop3"}:
            return None  # USER and PASS may be POP3, FTP or IRC
        confidence = combine_confidence(0.9 if client else None, 0.9 if server else None)
        asked = self.asks_tls.search(client, 0, _SEARCHED)
        if asked and handshake_at(client, asked.end()):
            return ProtocolMatch(
                self.name,
                confidence,
                encrypted=True,
                tls_client=client[asked.end() :],
                tls_server=_tls_after_lines(server),
                detail=_banner(server),
            )
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_banner(server),
            samples=sample_directions("other", _lines(client), _lines(server)),
        )


def _pattern(expression: bytes) -> re.Pattern[bytes]:
    return re.compile(expression, re.IGNORECASE)


_SMTP_COMMANDS = rb"(?:EHLO|HELO|LHLO)(?: [^\r\n]*)?\r?\n"
_FTP_COMMANDS = rb"(?:USER|PASS|AUTH|FEAT|SYST|HOST|OPTS|CLNT|QUIT)(?: [^\r\n]*)?\r?\n"

PROTOCOLS = (
    LineProtocol(
        "smtp",
        _pattern(rb"(?:220|421|554)[ -][^\r\n]*\r?\n"),
        _pattern(_SMTP_COMMANDS),
        _pattern(rb"(?:^|\n)STARTTLS\r?\n"),
        b"EHLehl",
        b"245",
    ),
    LineProtocol(
        "ftp",
        _pattern(rb"(?:220|120|421)[ -][^\r\n]*\r?\n"),
        _pattern(_FTP_COMMANDS),
        _pattern(rb"(?:^|\n)AUTH (?:TLS(?:-C)?|SSL)\r?\n"),
        b"UPAFSHOCQupafshocq",
        b"214",
    ),
    LineProtocol(
        "imap",
        _pattern(rb"\* (?:OK|PREAUTH|BYE)[ \[]"),
        _pattern(
            rb"[A-Za-z0-9.$#]{1,20} (?:CAPABILITY|LOGIN|STARTTLS|AUTHENTICATE|ID|NOOP|LOGOUT|SELECT|EXAMINE|"
            rb"LIST|ENABLE)\b"
        ),
        _pattern(rb"(?:^|\n)[A-Za-z0-9.$#]{1,20} STARTTLS\r?\n"),
        bytes(range(0x23, 0x7B)),
        b"*",
    ),
    LineProtocol(
        "pop3",
        _pattern(rb"\+OK(?: [^\r\n]*)?\r?\n|-ERR"),
        _pattern(rb"(?:USER [^\r\n]+|APOP [^\r\n]+|CAPA|STLS|AUTH(?: [A-Z0-9-]+)?|QUIT)\r?\n"),
        _pattern(rb"(?:^|\n)STLS\r?\n"),
        b"UACSQuacsq",
        b"+-",
    ),
)


def _tls_after_lines(server: bytes) -> bytes:
    """The TLS bytes after the last line of text."""
    at = server.find(b"\n\x16\x03", 0, _SEARCHED)
    return server[at + 1 :] if at >= 0 and record_at(server, at + 1) else b""


def _banner(server: bytes) -> str:
    line = server.split(b"\n", 1)[0].rstrip(b"\r")[:120]
    return line.decode("ascii") if is_ascii_text(line) else ""


def _lines(data: bytes) -> Iterator[bytes]:
    yield from (line.rstrip(b"\r") for line in data[:_SEARCHED].split(b"\n") if is_ascii_text(line.rstrip(b"\r")))
