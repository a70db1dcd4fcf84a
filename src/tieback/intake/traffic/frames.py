"""What the readers of capture files hand on: blocks of packets as places in a buffer, one column a property."""

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
"""Packets of a block at most."""

type Integers = NDArray[np.int64]
type Seconds = NDArray[np.float64]


class Interface(msgspec.Struct, frozen=True):
    """What packets were captured from."""

    link: int
    """Link type, as in https://www.tcpdump.org/linktypes.html."""
    scale: float = 1e-6
    """Seconds a tick, in pcapng."""
    offset: int = 0
    """Seconds added to time stamps, in pcapng."""
    snap: int = 0
    """Bytes captured of a packet at most; 0 is no limit."""


class Frames(msgspec.Struct, gc=False):
    """Packets that follow each other in a capture, at most ``MAX_ROWS``."""

    buffer: Buffer
    starts: Integers
    """Where each frame begins in the buffer."""
    sizes: Integers
    """Captured bytes; never beyond the buffer."""
    times: Seconds
    """Seconds since 1970."""
    links: Integers | int
    """Link type of each frame, or of all."""
    apps: dict[int, FlowApp] = {}
    """The apps that the capture names, by the frame's place in the block."""


class FrameReader(Protocol):
    """A reader of one capture format."""

    has_secrets: bool
    """Whether the file brings TLS secrets."""

    def blocks(self) -> Iterator[Frames]:
        """Every packet that can be read, once."""
        ...
