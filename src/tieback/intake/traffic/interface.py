"""The seam of the traffic readers: a file in, flows out; and of the recognisers of data stores' protocols."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from tieback.model.flow import Flow, Sample
from tieback.model.sighting import Problem

FIRST_BYTES = 16 * 1024
"""How much of each direction is kept for recognition and samples; afterwards bytes are only counted."""


class SeenFlow(msgspec.Struct, frozen=True, gc=False):
    """A flow with its cleartext samples, which go no further than the classifier."""

    flow: Flow
    samples: tuple[Sample, ...] = ()


class OpenedTraffic(Protocol):
    """A capture, archive or log whose flows can be walked once, with bounded memory."""

    path: Path
    problems: list[Problem]
    """Grows while the flows are walked; what was read before a problem is kept."""

    def flows(self) -> Iterator[SeenFlow]:
        """Every flow, in the order of its first packet or record."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class Opening(msgspec.Struct, frozen=True, gc=False):
    """The first bytes of a connection, by direction, reassembled; either may be empty when only one was captured."""

    client: bytes
    """From whoever opened the connection, as far as the capture tells."""
    server: bytes
    server_port: int | None
    transport: str = "tcp"
    midstream: bool = False
    """Whether the capture began after the connection did, so the first bytes may stand anywhere in the protocol."""


class Recognised(msgspec.Struct, frozen=True, gc=False):
    """What a recogniser says of an opening."""

    protocol: str
    """``mysql``, ``postgresql``, ``mongodb``, ...: as ``recognise/services.toml`` names the service, where it does."""
    confidence: float
    """0.9 and more when both directions were checked, at most 0.7 for one alone."""
    encrypted: bool = False
    """Whether the protocol itself turned to TLS in these bytes (STARTTLS, SSLRequest)."""
    tls_client: bytes = b""
    """From the ClientHello on, where it turned to TLS."""
    tls_server: bytes = b""
    detail: str = ""
    samples: tuple[Sample, ...] = ()


class Recogniser(Protocol):
    """One protocol, told by its payload."""

    name: str

    def recognise(self, opening: Opening) -> Recognised | None:
        """A verdict, or ``None``. Checks every length, never raises, costs microseconds when the first bytes differ."""
        ...
