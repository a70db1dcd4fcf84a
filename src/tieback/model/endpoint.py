"""Endpoints: what an app names, before name resolution."""

import re
from enum import StrEnum

import msgspec

STREAMS = frozenset({"rtsp", "rtmp"})
"""Services that send sound and pictures, and keep no data."""


class EndpointKind(StrEnum):
    """Kind of text that named the endpoint."""

    URL = "url"
    """``http``, ``https``, ``ws``, ``wss``, ``ftp`` and the like."""
    CONNECTION_STRING = "connection_string"
    """A connection string with a data store's own scheme: ``mongodb://``, ``postgresql://``, ``jdbc:mysql://``, ..."""
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
    """Makers of the operating systems and app stores: every app may contact them."""
    UNKNOWN = "unknown"


_RESOURCE = re.compile(r"[a-z][a-z0-9-]{1,40}:[a-z0-9_][^\s:]*[^\s0-9:-][^\s]*", re.IGNORECASE)


def resource_advice(text: str) -> str:
    """What to write where a host is needed, if the text can be a cloud resource such as ``s3:bucket``; else empty."""
    if _RESOURCE.fullmatch(text) is None:
        return ""
    return f"For a cloud resource, write its host: `tieback backend show {text:.200}` prints it"


class Endpoint(msgspec.Struct, frozen=True):
    """An address that an app or its traffic names. Credentials are never part of it."""

    kind: EndpointKind
    value: str
    """Canonical text without credentials, query or fragment; equal values are equal endpoints."""
    scheme: str
    """Lower case; empty if the text has none."""
    host: str
    """Lower-case ASCII name (IDNA) or canonical address; IPv6 without brackets."""
    port: int | None
    """1 to 65535; the default of the scheme if the text has none; ``None`` if there is no default."""
    path: str = ""
    """Path prefix for a URL, database name for a connection string."""
    service: str | None = None
    """Product that the text itself implies, such as ``mongodb`` or ``firebase-rtdb``."""

    @property
    def is_web(self) -> bool:
        """True for an address of HTTP, with or without TLS."""
        return self.kind is EndpointKind.URL and self.scheme in ("http", "https")
