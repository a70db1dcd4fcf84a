"""The steps of a sans-I/O conversation: what a probe may ask of the dialer, and what it gets back.

A conversation is a generator. It yields steps and is sent bytes; the dialer owns the socket, the grant, the limits and
the audit log. A transport failure is thrown into the generator as a ``Fault``, so that what was found before is kept.
"""

import re
from collections.abc import Generator
from functools import lru_cache

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Outcome, TlsInfo
from tieback.model.public_key import PublicKey

MADE_UP_ACCOUNT = "tieback_probe"
"""A user that no server has: who is let in under this name is let in under any."""


class Target(msgspec.Struct, frozen=True):
    """A service to ask: where, and what we already believe of it."""

    host: str
    """Name or canonical address."""
    port: int
    service: str | None = None
    tls: bool | None = None
    """Whether TLS is expected; ``None`` where unknown."""
    passwordless: tuple[str, ...] = ()
    """Real accounts that the grant lets us try without a password."""
    contact: str = ""
    """The grant's contact, for the protocols that have a place for it."""
    names: tuple[str, ...] = ()
    """Containers that the app names, for stores that list none to strangers: buckets, collections, tables."""
    resource: str = ""
    """What the app names at a host that many customers share, such as a project of Firestore; empty where the host
    itself is the customer's."""
    keys: tuple[PublicKey, ...] = ()
    """Public-by-design keys that the app carries for this service."""

    @property
    def place(self) -> str:
        """``host:port``, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def label(self) -> str:
        """The place; ``host:port/resource`` at a host that many customers share."""
        return f"{self.place}/{self.resource}" if self.resource else self.place

    def key(self, *kinds: str) -> str | None:
        """The first public key of one of these kinds; ``None`` where the app carries none."""
        return next((one.value for one in self.keys if one.kind in kinds), None)


@lru_cache(maxsize=2048)
def _compiled(pattern: bytes) -> "re.Pattern[bytes]":
    return re.compile(pattern, re.DOTALL)


class DeclaredSend(msgspec.Struct, frozen=True):
    """A byte string that a probe may send. The dialer refuses any other, whatever the code says."""

    name: str
    """What people call it, such as ``GET /_cat/indices``."""
    pattern: bytes
    """Regular expression for the whole byte string (``re.fullmatch``, ``re.DOTALL``)."""
    why: str
    """What the answer is for, and why it changes nothing."""
    depth: Depth = Depth.IDENTIFY
    """The depth of a grant that it takes."""
    values: bool = False
    """Whether the answer holds values of records, which no transcript keeps: at depth ``sample`` a few records, else a
    ransom note, once, where the grant's ``ransom_note`` says so."""

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` is exactly such a byte string."""
        return _compiled(self.pattern).fullmatch(data) is not None

    def account(self, data: bytes) -> str | None:
        """The account that a matching byte string logs in as: the pattern's group ``account``; ``None`` without one."""
        match = _compiled(self.pattern).fullmatch(data)
        named = match.groupdict().get("account") if match is not None else None
        return None if named is None else named.decode("utf-8", "replace")

    def keys(self, data: bytes) -> frozenset[str]:
        """The public keys that a matching byte string carries: the pattern's groups ``key0``, ``key1``, ..."""
        match = _compiled(self.pattern).fullmatch(data)
        named = match.groupdict() if match is not None else {}
        return frozenset(value.decode() for name, value in named.items() if name.startswith("key") and value)


class Connect(msgspec.Struct, frozen=True):
    """Open a connection, closing the one before. The answer is empty bytes."""

    tls: bool = False
    seconds: float | None = None
    """Wait at most this long for each answer of a TLS handshake, if that is less than the idle limit."""


class StartTls(msgspec.Struct, frozen=True):
    """Turn the open connection to TLS (STARTTLS, SSLRequest). The answer is empty bytes."""


class Send(msgspec.Struct, frozen=True):
    """Write bytes that a ``DeclaredSend`` covers. The answer is empty bytes."""

    data: bytes


class Receive(msgspec.Struct, frozen=True):
    """Read from the open connection.

    With ``exactly``: that many bytes, no more and no less. With ``until``: up to and including that delimiter, at most
    ``limit`` bytes. With neither: whatever comes next, at most ``limit`` bytes; empty bytes at the end of the stream.
    """

    exactly: int | None = None
    until: bytes | None = None
    limit: int = 65536
    seconds: float | None = None
    """Wait at most this long, if that is less than the idle limit."""


Step = Connect | StartTls | Send | Receive

type Conversation[R] = Generator[Step, bytes, R]
"""Yields steps, is sent the answers, returns the result."""


class Fault(Exception):  # noqa: N818 - thrown into generators; the tree of errors is for people
    """A transport failure, thrown into the conversation at the step where it happened."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        self.outcome = outcome
        self.detail = detail
        super().__init__(f"{outcome}: {detail}")


class LookAgain(Exception):  # noqa: N818 - no error: more time is all that is missing
    """A first look ran out of its time before the service answered a connect: it is asked again with more."""


class Traffic(msgspec.Struct, frozen=True):
    """What a conversation cost, measured by the dialer."""

    address: str
    """The address connected to last, or empty."""
    bytes_sent: int
    """Application bytes, inside TLS."""
    bytes_read: int
    seconds: float
    tls: TlsInfo | None
