"""Interface of the traffic readers (file to flows), and of the recognisers of data store protocols."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from tieback.model.flow import CleartextSample, Flow
from tieback.model.sighting import Problem

FIRST_BYTES = 16 * 1024
"""Bytes kept per direction for recognition and samples; later bytes are only counted."""


SAMPLE_BYTES = 8 * 1024
"""Bytes of cleartext passed on per direction, and of each further request."""


class SampledFlow(msgspec.Struct, frozen=True, gc=False):
    """A flow with its cleartext samples; only the classifier reads the samples."""

    flow: Flow
    samples: tuple[CleartextSample, ...] = ()


class OpenedTraffic(Protocol):
    """A capture, archive or log whose flows can be walked once, with bounded memory."""

    path: Path
    problems: list[Problem]
    """Grows while the flows are walked; everything read before a problem is kept."""

    def flows(self) -> Iterator[SampledFlow]:
        """Yield every flow, in the order of its first packet or record."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class ConnectionStart(msgspec.Struct, frozen=True, gc=False):
    """The first bytes of a connection, by direction, reassembled; either may be empty if only one was captured."""

    client: bytes
    """Bytes from the side that opened the connection, as far as the capture shows it."""
    server: bytes
    server_port: int | None
    transport: str = "tcp"
    midstream: bool = False
    """True if the capture began after the connection, so that the first bytes may be anywhere in the protocol."""


class ProtocolMatch(msgspec.Struct, frozen=True, gc=False):
    """A recogniser's verdict on an opening."""

    protocol: str
    """Protocol name (``mysql``, ``postgresql``, ``mongodb``, ...), as in ``recognise/services.toml`` if listed
    there.
    """
    confidence: float
    """0.9 and more if both directions were checked, at most 0.7 for one direction only."""
    encrypted: bool = False
    """True if the protocol itself switched to TLS in these bytes (STARTTLS, SSLRequest)."""
    tls_client: bytes = b""
    """Client bytes from the ClientHello on, if the protocol switched to TLS."""
    tls_server: bytes = b""
    detail: str = ""
    samples: tuple[CleartextSample, ...] = ()
