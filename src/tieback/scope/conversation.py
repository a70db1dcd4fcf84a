"""The steps of a sans-I/O conversation: the requests of a probe to the dialer, and the responses.

A conversation is a generator. It yields steps and receives bytes; the dialer owns the socket, the grant, the limits and
the audit log. A transport failure is thrown into the generator as a ``Fault``, so that earlier results are kept.
"""

import re
from collections.abc import Callable, Generator
from enum import StrEnum
from functools import lru_cache

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Outcome, TlsInfo
from tieback.model.public_key import PublicKey

DUMMY_ACCOUNT = "tieback_probe"
"""A user that exists on no server: a server that accepts it accepts any user name."""


class SendCost(StrEnum):
    """What an answer costs the server or its owner."""

    CATALOGUE = "catalogue"
    """Names and statistics that the server keeps anyway."""
    BOUNDED = "bounded read"
    """A bounded number of records or index entries, however many there are."""
    SCAN = "scan"
    """The work grows with the number of records. The request limits its time where the product can."""
    BILLED = "billed"
    """The provider bills the owner by what the request counts or reads."""

    @property
    def needs_scans(self) -> bool:
        """True if the grant's ``scans`` must allow it."""
        return self in (SendCost.SCAN, SendCost.BILLED)


class Target(msgspec.Struct, frozen=True):
    """A service to probe: its location, and what is already known about it."""

    host: str
    """Name or canonical address."""
    port: int
    service: str | None = None
    tls: bool | None = None
    """True if TLS is expected; ``None`` if unknown."""
    passwordless: tuple[str, ...] = ()
    """Real accounts that the grant allows to be tried without a password."""
    contact: str = ""
    """The grant's contact, for protocols with a field for it."""
    names: tuple[str, ...] = ()
    """Containers that the app names, for stores without anonymous listing: buckets, collections, tables."""
    resource: str = ""
    """What the app names at a host that many customers share, such as a project of Firestore; empty if the host itself
    belongs to one customer."""
    path: str = ""
    """The path below which the store is, without a final slash, such as ``/es``. Every request is then an HTTP request
    below it; declared sends have their paths without it."""
    scans: bool = False
    """True if the grant allows questions of the costs ``scan`` and ``billed``."""
    mcp: bool = False
    """True if the grant allows a session of an MCP server."""
    keys: tuple[PublicKey, ...] = ()
    """Keys in the app for this service that are public by design."""

    @property
    def place(self) -> str:
        """``host:port``, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def label(self) -> str:
        """The location: ``host:port``, with a resource ``host:port/resource``, with a path ``host:port/path/``."""
        if self.path:
            return f"{self.place}{self.path}/"
        return f"{self.place}/{self.resource}" if self.resource else self.place

    def declared_form(self, data: bytes) -> bytes | None:
        """The bytes of a send as a declaration has them, without ``path``; ``None`` if they do not stay below it."""
        if is_never_sent(data):
            return None
        if not self.path:
            return data
        verb, space, rest = data.partition(b" ")
        base = self.path.encode("ascii", "replace")
        if verb not in (b"GET", b"HEAD", b"POST", b"PROPFIND") or not rest.startswith(base + b"/"):
            return None
        return verb + space + rest[len(base) :]

    def permits(self, declared: "DeclaredSend") -> bool:
        """True if the permissions of the grant for this target cover a declared send; its depth is another matter."""
        return (self.scans or not declared.cost.needs_scans) and (self.mcp or not declared.mcp)

    def key(self, *kinds: str) -> str | None:
        """The first public key of one of these kinds; ``None`` if the app contains none."""
        return next((one.value for one in self.keys if one.kind in kinds), None)


_NEVER = re.compile(
    rb"(?i)(?:GET|HEAD|POST|PROPFIND) (?:(?:[^ ?]*(?:/|%2F))?"
    rb"(?:actuator(?:/|%2F)(?!health[ ?])[^ ?]|(?:heapdump|threaddump|logfile)[^A-Za-z0-9_-])"
    rb"|[^ ]*%2E|[^ ]*%25(?:2[EF35]|5C|[01][0-9A-F]|7F))"
)
"""HTTP requests that no probe may send, whatever names come from servers, apps and rules.

- Endpoints of Spring Boot Actuator except its index and its health. A heap dump has passwords and records, and stops
  the app for seconds.
- Encoded dots, and dots, slashes, ``?``, ``#``, ``%``, backslashes and control characters that are encoded twice: a
  proxy that decodes once more than the server would find another path.
"""


def is_never_sent(data: bytes) -> bool:
    """True if no declaration can permit this byte string."""
    return _NEVER.match(data) is not None


@lru_cache(maxsize=2048)
def _compiled(pattern: bytes) -> "re.Pattern[bytes]":
    return re.compile(pattern, re.DOTALL)


class DeclaredSend(msgspec.Struct, frozen=True):
    """A byte string that a probe may send. The dialer refuses any other, regardless of the probe's code."""

    name: str
    """Display name, such as ``GET /_cat/indices``."""
    pattern: bytes
    """Regular expression for the whole byte string (``re.fullmatch``, ``re.DOTALL``)."""
    why: str
    """What the response is used for, and why the request changes nothing."""
    depth: Depth = Depth.IDENTIFY
    """The minimum depth of the grant."""
    values: bool = False
    """True if the response contains record values, which no transcript stores: at depth ``sample`` a few records;
    otherwise a ransom note, once, if the grant's ``ransom_note`` allows it."""
    cost: SendCost = SendCost.CATALOGUE
    """The greatest cost of an answer. The dialer refuses ``scan`` and ``billed`` unless the grant's ``scans`` allows
    them."""
    mcp: bool = False
    """True if the bytes open or use a session of an MCP server. The dialer refuses them unless the grant's ``mcp``
    allows it."""
    redact: Callable[[bytes], bytes | None] | None = None
    """Takes from the whole response what no transcript stores, such as names of keys; ``None``: store nothing of it."""
    mask: Callable[[bytes], bytes] | None = None
    """Takes from the byte string itself what no transcript stores. A probe that gets the redacted responses must send
    the masked byte string, so that a replay finds it."""
    permits: Callable[[str], bool] | None = None
    """Judges the path and query of an HTTP request that ``pattern`` matches, such as the words in a name; ``None``: all
    are permitted."""

    def matches(self, data: bytes) -> bool:
        """True if ``data`` is exactly such a byte string, and no byte string that is never sent."""
        if is_never_sent(data) or _compiled(self.pattern).fullmatch(data) is None:
            return False
        return self.permits is None or self.permits(data.split(b" ", 2)[1].decode("ascii", "replace"))

    def account_in(self, data: bytes) -> str | None:
        """The account in a matching byte string: the pattern's group ``account``; ``None`` without one."""
        match = _compiled(self.pattern).fullmatch(data)
        named = match.groupdict().get("account") if match is not None else None
        return None if named is None else named.decode("utf-8", "replace")

    def keys(self, data: bytes) -> frozenset[str]:
        """The public keys in a matching byte string: the pattern's groups ``key0``, ``key1``, ..."""
        match = _compiled(self.pattern).fullmatch(data)
        named = match.groupdict() if match is not None else {}
        return frozenset(value.decode() for name, value in named.items() if name.startswith("key") and value)


class Connect(msgspec.Struct, frozen=True):
    """Open a connection and close the previous one. The response is empty bytes."""

    tls: bool = False
    seconds: float | None = None
    """Time limit for each wait of a TLS handshake, if it is less than the idle limit."""


class StartTls(msgspec.Struct, frozen=True):
    """Start TLS on the open connection (STARTTLS, SSLRequest). The response is empty bytes."""


class Send(msgspec.Struct, frozen=True):
    """Write bytes that a ``DeclaredSend`` covers. The response is empty bytes."""

    data: bytes


class Receive(msgspec.Struct, frozen=True):
    """Read from the open connection.

    With ``exactly``: this number of bytes. With ``until``: up to and including that delimiter, at most ``limit`` bytes.
    With neither: the next available bytes, at most ``limit``; empty bytes at the end of the stream.
    """

    exactly: int | None = None
    until: bytes | None = None
    limit: int = 65536
    seconds: float | None = None
    """Time limit of the wait, if it is less than the idle limit."""


class Recognised(msgspec.Struct, frozen=True):
    """The peer speaks the probe's protocol: limits for unknown services end. The response is empty bytes."""

    store: bool = True
    """False if only the protocol is known, such as HTTP: the time limit of ``OpeningBudget`` stays."""


Step = Connect | StartTls | Send | Receive | Recognised

type Conversation[R] = Generator[Step, bytes, R]
"""Yields steps, receives the responses, returns the result."""


class Fault(Exception):  # noqa: N818 - thrown into generators; the tree of errors is for users
    """A transport failure, thrown into the conversation at the step where it happened."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        self.outcome = outcome
        self.detail = detail
        super().__init__(f"{outcome}: {detail}")


class RetryLater(Exception):  # noqa: N818 - not an error: the probe only needs more time
    """A first pass timed out before the service accepted a connect: it is probed again with more time."""


class Traffic(msgspec.Struct, frozen=True):
    """What a conversation cost, measured by the dialer."""

    address: str
    """The last address connected to, or empty."""
    bytes_sent: int
    """Application bytes, inside TLS."""
    bytes_read: int
    seconds: float
    tls: TlsInfo | None
