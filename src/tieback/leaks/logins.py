"""Logins of mail and file protocols in the clear: user and password of FTP, POP3, IMAP and SMTP.

Sources: RFC 959 (USER, PASS), RFC 1939 (POP3), RFC 3501, 6.2.3 (LOGIN), RFC 4616 (PLAIN), RFC 4954 (AUTH of SMTP);
draft-murchison-sasl-login (LOGIN). Lines are read up to ``MAX_LINES``; the first login of a sample counts.
"""

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator

from tieback.leaks.bodies import read_body
from tieback.leaks.value import MAX_VALUE, NamedValue, decode_text

MAX_LINES = 64
_COMMAND = re.compile(rb"(USER|PASS) +(\S[^\r\n]{0,255})", re.IGNORECASE)
_LOGIN = re.compile(
    rb'[A-Za-z0-9.]{1,16} +LOGIN +("[^"\r\n]{1,255}"|[^\s"]{1,255}) +("[^"\r\n]{1,255}"|[^\s"]{1,255})', re.IGNORECASE
)
_AUTH = re.compile(
    rb"(?:[A-Za-z0-9.]{1,16} +)?AUTH(?:ENTICATE)? +(PLAIN|LOGIN)(?: +([A-Za-z0-9+/]{4,344}={0,2}))?", re.IGNORECASE
)
_CODED = re.compile(rb"[A-Za-z0-9+/]{4,344}={0,2}")
_NO_ACCOUNT = frozenset({b"anonymous", b"ftp", b"guest"})
"""Users of FTP whose password is no secret (RFC 1635)."""


def read_logins(data: bytes) -> Iterator[NamedValue]:
    """User and password of the first login, and what is in the rest of the text."""
    user, password = _login([line.strip() for line in data[: MAX_LINES * MAX_VALUE].split(b"\n", MAX_LINES)])
    if user and password and user.lower() not in _NO_ACCOUNT:
        yield NamedValue("command:user", "username", decode_text(user))
        yield NamedValue("command:pass", "password", decode_text(password))
    yield from read_body(data)


def _login(lines: list[bytes]) -> tuple[bytes, bytes]:
    user = b""
    for number, line in enumerate(lines):
        if found := _COMMAND.fullmatch(line):
            if found[1].upper() == b"PASS":
                return user, found[2]
            user = found[2]
        elif found := _LOGIN.fullmatch(line):
            return found[1].strip(b'"'), found[2].strip(b'"')
        elif found := _AUTH.fullmatch(line):
            coded = [found[2]] if found[2] else []
            coded += [one for one in lines[number + 1 : number + 3] if _CODED.fullmatch(one)]
            parts = [_decoded(one) for one in coded]
            if found[1].upper() == b"PLAIN":
                parts = parts[0].split(b"\0")[1:] if parts else []
            if len(parts) >= 2 and parts[0] and parts[1]:
                return parts[0], parts[1]
    return b"", b""


def _decoded(text: bytes) -> bytes:
    """Base64; empty if it is none, or no text."""
    try:
        plain = a2b_base64(text, strict_mode=True)
    except (Error, ValueError):
        return b""
    return plain if all(byte == 0 or 32 <= byte != 127 for byte in plain) else b""
