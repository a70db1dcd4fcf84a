"""OpenWire, the protocol of ActiveMQ: the broker's greeting, and the login of a client without user and password.

A command is its size (4 bytes), its type (1 byte) and its fields. Our ``WireFormatInfo`` requests version 1, which
every broker has, and loose encoding without a cache: an object or text has a byte for "present" in front, a text its
length in 2 bytes. https://activemq.apache.org/components/classic/documentation/openwire-version-2-specification;
fields as in ``org.apache.activemq.openwire.v1``.
"""

import re
import struct

from tieback.model.count_text import count_text
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Receive

MAGIC = b"\x01ActiveMQ"
HEAD = 4 + len(MAGIC)
"""Number of bytes that recognise a greeting: its size, its type and the name."""
MAX_COMMAND = 16 * 1024
"""Maximum size of a command in bytes."""
SECURITY = "java.lang.SecurityException"
"""Class of the exception of a login that is refused."""
_MAX_COMMANDS = 16
_MAX_PROPERTIES = 64
_CONNECTION_INFO, _SHUTDOWN_INFO, _RESPONSE, _EXCEPTION_RESPONSE, _CONNECTION_ID = 3, 11, 30, 31, 120
_FIXED = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 8, 7: 8, 8: 4}
"""Bytes of a value by its type in a map: boolean, byte, char, short, int, long, double, float."""
_BOOLEAN, _LONG, _STRING = 1, 6, 9


def _command(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def _map(properties: dict[bytes, bytes]) -> bytes:
    entries = b"".join(len(name).to_bytes(2, "big") + name + value for name, value in properties.items())
    return len(properties).to_bytes(4, "big") + entries


def _login() -> bytes:
    off = bytes((_BOOLEAN, 0))
    plain = (b"CacheEnabled", b"SizePrefixDisabled", b"StackTraceEnabled", b"TightEncodingEnabled")
    held = _map({**dict.fromkeys(plain, off), b"MaxInactivityDuration": bytes((_LONG,)) + bytes(8)})
    greeting = MAGIC + struct.pack(">i?i", 1, True, len(held)) + held
    name = b"\x01" + len(b"tieback_probe").to_bytes(2, "big") + b"tieback_probe"
    # Command 1, which requires a response; ids of connection and client; no password, user and path; two flags that
    # are off.
    info = struct.pack(">Bi??B", _CONNECTION_INFO, 1, True, True, _CONNECTION_ID) + name + name + bytes(5)
    return _command(greeting) + _command(info)


LOGIN = _login()
"""``WireFormatInfo``, and ``ConnectionInfo`` without user and password."""
SHUTDOWN = _command(struct.pack(">Bi?", _SHUTDOWN_INFO, 2, False))
"""``ShutdownInfo``, which requires no response."""


def broker_version(rest: bytes) -> str:
    """``ProviderVersion`` of a greeting; empty without one.

    Args:
        rest: the greeting after its name: version, "present", size and map of the properties.

    Raises:
        HostileAnswer: a length that exceeds the greeting.
    """
    version = _texts(rest[9:]).get("ProviderVersion", "")
    return version if re.fullmatch(r"[0-9][0-9A-Za-z.+-]{0,39}", version) else ""


def answer_to_login() -> Conversation[str | None]:
    """Read the broker's commands up to the answer to ``LOGIN``: ``None`` if it accepts us, else class and message.

    Raises:
        HostileAnswer: a command that is too long or ends early, or no answer among the first ones.
    """
    for _ in range(_MAX_COMMANDS):
        size = int.from_bytes((yield Receive(exactly=4)), "big")
        if not 1 <= size <= MAX_COMMAND:
            raise HostileAnswer(f"a command of OpenWire of {count_text(size, 'byte')}")
        command = yield Receive(exactly=size)
        if command[0] == _RESPONSE:
            return None
        if command[0] == _EXCEPTION_RESPONSE:
            return _exception(command[10:])
    raise HostileAnswer("no answer to a login of OpenWire")


def _exception(fields: bytes) -> str:
    """Class and message after the numbers of an ``ExceptionResponse``."""
    if fields[:1] != b"\x01":
        return "an exception without a text"
    at, texts = 1, []
    for _ in range(2):
        if fields[at : at + 1] == b"\x01":
            text, at = _text(fields, at + 1)
            texts.append(text)
        else:
            at += 1
    return ": ".join(texts)


def _texts(data: bytes) -> dict[str, str]:
    """Texts of a map: a count, then for each entry a name, a type, and a value."""
    found: dict[str, str] = {}
    at = 4
    for _ in range(min(int.from_bytes(data[:4], "big"), _MAX_PROPERTIES)):
        name, at = _text(data, at)
        kind = data[at] if at < len(data) else 0
        at += 1
        if kind == _STRING:
            value, at = _text(data, at)
            found[name] = value
        elif kind in _FIXED:
            at += _FIXED[kind]
        elif kind:
            return found
    return found


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    if end > len(data):
        raise HostileAnswer("a text of OpenWire that ends early")
    return data[at + 2 : end].decode("utf-8", "replace")[:120], end
