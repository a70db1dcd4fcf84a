"""What the readers of capture files hand on: packets as places in a buffer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tieback.intake.traffic.source import Buffer
from tieback.model.flow import FlowApp

MAX_PACKET = 1024 * 1024
"""Bytes of a packet; libpcap's own limit for network links is 256 KiB."""


@dataclass(frozen=True, slots=True)
class Interface:
    """What packets were captured from."""

    link: int
    """Link type, as in https://www.tcpdump.org/linktypes.html."""
    scale: float = 1e-6
    """Seconds a tick, in pcapng."""
    offset: int = 0
    """Seconds added to time stamps, in pcapng."""
    snap: int = 0
    """Bytes captured of a packet at most; 0 is no limit."""


type Frame = tuple[Buffer, int, int, float, Interface]
"""Buffer, start, captured bytes, seconds since 1970, interface. A tuple, as one is made for each packet."""


class FrameReader(Protocol):
    """A reader of one capture format."""

    app: FlowApp | None
    """The app that the capture names for the packet just handed out."""
    has_secrets: bool
    """Whether the file brings TLS secrets."""

    def frames(self) -> Iterator[Frame]:
        """Every packet that can be read, once."""
        ...
