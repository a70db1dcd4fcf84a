"""Blocks of packets, as the readers of capture files return them: offsets in a buffer, one column per property."""

from collections.abc import Iterator
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.traffic.source import Buffer
from tieback.model.flow import FlowApp

MAX_PACKET = 1024 * 1024
"""Bytes of a packet; libpcap's own limit for network links is 256 KiB."""

MAX_ROWS = 1 << 15
"""Upper bound of the packets in a block."""

type Integers = NDArray[np.int64]
type Seconds = NDArray[np.float64]


class CaptureInterface(msgspec.Struct, frozen=True):
    """A network interface in a capture."""

    link: int
    """Link type, as in https://www.tcpdump.org/linktypes.html."""
    scale: float = 1e-6
    """Seconds per tick, in pcapng."""
    offset: int = 0
    """Seconds added to time stamps, in pcapng."""
    snap: int = 0
    """Upper bound of the bytes captured of a packet; 0 if unlimited."""


class PacketBlock(msgspec.Struct, gc=False):
    """Consecutive packets of a capture, at most ``MAX_ROWS``."""

    buffer: Buffer
    starts: Integers
    """Offset of each frame in the buffer."""
    sizes: Integers
    """Captured bytes; never beyond the buffer."""
    times: Seconds
    """Seconds since 1970."""
    links: Integers | int
    """Link type of each frame, or one for all."""
    apps: dict[int, FlowApp] = {}
    """The apps that the capture names, by the frame's index in the block."""


class FrameReader(Protocol):
    """A reader of one capture format."""

    has_secrets: bool
    """True if the file contains TLS secrets."""

    def blocks(self) -> Iterator[PacketBlock]:
        """Yield every packet that can be read, once."""
        ...
