"""Endpoints: what an app talks to, before anything is resolved."""

from enum import StrEnum

import msgspec


class EndpointKind(StrEnum):
    """Kind of text that named the endpoint."""

    URL = "url"
    """``http``, ``https``, ``ws``, ``wss``, ``ftp`` and the like."""
    CONNECTION_STRING = "connection_string"
    """A data store's own scheme: ``mongodb://``, ``postgresql://``, ``jdbc:mysql://``, ``amqps://``, ..."""
    HOST_PORT = "host_port"
    """A bare ``host:port``."""
    ADDRESS = "address"
    """A bare IP address with a port."""
    CLOUD = "cloud"
    """A cloud resource: ``firebase-rtdb:project``."""


class Party(StrEnum):
    """Owner of an endpoint, relative to the maker of the app."""

    FIRST = "first"
    THIRD = "third"
    PLATFORM = "platform"
    """Of the makers of the operating systems and their stores: every app may talk to it."""
    UNKNOWN = "unknown"


class Endpoint(msgspec.Struct, frozen=True):
    """An address that an app names. Credentials are never part of it."""

    kind: EndpointKind
    value: str
    """Canonical text without credentials, query or fragment; two endpoints are the same when this is."""
    scheme: str
    """Lower case; empty where the text named none."""
    host: str
    """Lower-case ASCII name (IDNA) or canonical address; IPv6 without brackets."""
    port: int | None
    """1 to 65535; the scheme's default where the text named none; ``None`` where there is none."""
    path: str = ""
    """Path prefix for a URL, database name for a connection string."""
    service: str | None = None
    """Product that the text itself implies, such as ``mongodb`` or ``firebase-rtdb``."""
