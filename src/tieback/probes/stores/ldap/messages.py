"""LDAPv3 messages in BER: an anonymous bind, StartTLS, searches, and a bounded reader of the answers.

RFC 4511 (sections 4.2, 4.5, 4.14), X.690 with definite lengths only, as RFC 4511 section 5.1 requires.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.probes.wire.frames import Inbox
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation

MAX_MESSAGE = 256 * 1024
BIND_RESPONSE, ENTRY, DONE, REFERENCE, EXTENDED_RESPONSE = 0x61, 0x64, 0x65, 0x73, 0x78
BASE, ONE_LEVEL = 0, 1
NO_ATTRIBUTES = "1.1"
SUCCESS, OPERATIONS_ERROR, TIME_LIMIT, SIZE_LIMIT = 0, 1, 3, 4
NO_SUCH_OBJECT, CONFIDENTIALITY_REQUIRED, ADMIN_LIMIT, UNAVAILABLE = 32, 13, 11, 52
LOGIN_REQUIRED_CODES = frozenset((8, 48, 49, 50, 53))
"""Results strongerAuthRequired, inappropriateAuthentication, invalidCredentials, insufficientAccessRights and
unwillingToPerform."""
_SEQUENCE, _INTEGER, _OCTETS, _ENUMERATED, _BOOLEAN = 0x30, 0x02, 0x04, 0x0A, 0x01
_SEARCH, _PRESENT = 0x63, 0x87
_SECONDS = 5
"""``timeLimit`` of every search, in seconds."""


class LdapMessage(msgspec.Struct, frozen=True):
    """One answer: its BER tag and its content."""

    kind: int
    content: bytes


class LdapResult(msgspec.Struct, frozen=True):
    """LDAPResult of RFC 4511."""

    code: int
    text: str


class LdapEntry(msgspec.Struct, frozen=True):
    """Search result: its name and attributes; values are empty if only types were requested."""

    name: str
    attributes: dict[str, tuple[bytes, ...]]
    """Values by attribute name in lower case."""


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes((tag,)) + length + content


def _integer(value: int, tag: int = _INTEGER) -> bytes:
    return _tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _message(number: int, operation: bytes) -> bytes:
    return _tlv(_SEQUENCE, _integer(number) + operation)


ANONYMOUS_BIND = _message(1, _tlv(0x60, _integer(3) + _tlv(_OCTETS, b"") + _tlv(0x80, b"")))
"""Anonymous bind (RFC 4513 section 5.1.1): no name, no password."""
START_TLS = _message(2, _tlv(0x77, _tlv(0x80, b"1.3.6.1.4.1.1466.20037")))
UNBIND = _message(3, b"\x42\0")
MANAGE_DSA_IT = _tlv(0xA0, _tlv(_SEQUENCE, _tlv(_OCTETS, b"2.16.840.1.113730.3.4.2")))
"""The control ManageDsaIT (RFC 3296): referrals are entries like others, so that a server with chaining contacts no
other server for us. It is not critical: a server that does not know it ignores it."""


class LdapSearch(msgspec.Struct, frozen=True):
    """Search for entries of any class. Neither aliases nor referrals are followed, also not by the server for us."""

    number: int
    """Number of the message."""
    scope: int
    limit: int
    """``sizeLimit`` of the search."""
    attributes: tuple[str, ...]
    types_only: bool = False
    """True to request names of attributes without their values."""

    def message(self, base: bytes) -> bytes:
        """Encode the request about ``base``, shorter than 64 KiB."""
        return _message(self.number, _tlv(_SEARCH, _tlv(_OCTETS, base) + self.tail) + MANAGE_DSA_IT)

    @property
    def tail(self) -> bytes:
        """Bytes after the base: they are the same for every base, so that a declaration can contain them."""
        return (
            _integer(self.scope, _ENUMERATED)
            + _integer(0, _ENUMERATED)
            + _integer(self.limit)
            + _integer(_SECONDS)
            + _tlv(_BOOLEAN, b"\xff" if self.types_only else b"\0")
            + _tlv(_PRESENT, b"objectClass")
            + _tlv(_SEQUENCE, b"".join(_tlv(_OCTETS, name.encode()) for name in self.attributes))
        )


class BerReader:
    """Reads BER elements from bytes; every length is checked before it is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def more(self) -> bool:
        """True if bytes are left."""
        return self._at < len(self._data)

    def element(self) -> tuple[int, bytes]:
        """Read the next element: tag and content.

        Raises:
            Hostile: it ends early, or its length is not supported.
        """
        head = self._take(2)
        size = head[1]
        if size & 0x80:
            if not 0x81 <= size <= 0x84:
                raise HostileAnswer("an LDAP length that is indefinite or too long")
            size = int.from_bytes(self._take(size & 0x7F), "big")
        return head[0], self._take(size)

    def tagged(self, tag: int) -> bytes:
        """Read the content of the next element, which must have that tag.

        Raises:
            Hostile: it has another tag.
        """
        found, content = self.element()
        if found != tag:
            raise HostileAnswer(f"an LDAP element {found:#x} instead of {tag:#x}")
        return content

    def _take(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise HostileAnswer("an LDAP element that ends early")
        self._at += size
        return self._data[self._at - size : self._at]


def message(inbox: Inbox, number: int, first: bytes = b"") -> Conversation[LdapMessage]:
    """Read one message.

    Args:
        inbox: stream of the connection.
        number: number of the request that it answers.
        first: first byte of the answer, if it was read already. A wrong answer then means another protocol rather than
            a hostile server.

    Raises:
        NotThisProtocol: a first answer that is not LDAP.
        Hostile: the answer belongs to another request, or a length exceeds a limit.
    """
    verdict = NotThisProtocol if first else HostileAnswer
    head = first + (yield from inbox.take(2 - len(first)))
    size = head[1]
    if size & 0x80:
        if not 0x81 <= size <= 0x84:
            raise verdict("an LDAP length that is indefinite or too long")
        size = int.from_bytes((yield from inbox.take(size & 0x7F)), "big")
    if head[0] != _SEQUENCE or not 7 <= size <= MAX_MESSAGE:
        raise verdict(f"an LDAP message of type {head[0]:#x} and {count_text(size, 'byte')}")
    reader = BerReader((yield from inbox.take(size)))
    found = int.from_bytes(reader.tagged(_INTEGER)[:5], "big")
    kind, content = reader.element()
    if found != number:
        # Number 0 is a notice of disconnection (RFC 4511 section 4.4.1).
        raise verdict("an LDAP answer that does not belong to the request")
    return LdapMessage(kind, content)


def result(content: bytes) -> LdapResult:
    """LDAPResult at the beginning of an answer.

    Raises:
        Hostile: it ends early.
    """
    reader = BerReader(content)
    code = int.from_bytes(reader.tagged(_ENUMERATED)[:4], "big")
    reader.tagged(_OCTETS)
    return LdapResult(code, reader.tagged(_OCTETS).decode("utf-8", "replace")[:200])


def entry(content: bytes) -> LdapEntry:
    """Decode a SearchResultEntry.

    Raises:
        Hostile: it ends early.
    """
    reader = BerReader(content)
    name = reader.tagged(_OCTETS).decode("utf-8", "replace")
    rows = BerReader(reader.tagged(_SEQUENCE))
    attributes: dict[str, tuple[bytes, ...]] = {}
    while rows.more:
        row = BerReader(rows.tagged(_SEQUENCE))
        key = row.tagged(_OCTETS).decode("utf-8", "replace").lower()[:128]
        held = BerReader(row.tagged(0x31))
        values: list[bytes] = []
        while held.more:
            values.append(held.tagged(_OCTETS))
        attributes[key] = tuple(values)
    return LdapEntry(name, attributes)
