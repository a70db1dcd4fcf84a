"""A live run, and what it could not see."""

import msgspec


class Unseen(msgspec.Struct, frozen=True):
    """A server of which a run knows little more than where it is."""

    server: str
    """Name or address, and port: ``api.example.org:443``."""
    app: str
    """Package of the app that turned to it; empty where unknown."""
    times: int
    reason: str


class LiveRun(msgspec.Struct, frozen=True):
    """The last line of ``tieback capture --format json``."""

    path: str
    """File with the flows, which ``tieback traffic`` and ``tieback scan`` read."""
    mode: str
    listened: str
    """Address and port."""
    app: str
    """Package whose traffic was asked for; empty for all."""
    start: float
    """Seconds since 1970, UTC."""
    end: float
    flows: int
    bytes_out: int
    bytes_in: int
    refused: tuple[Unseen, ...] = ()
    """Servers for which the app did not accept the proxy's certificate."""
    quic: tuple[Unseen, ...] = ()
    """Servers that were spoken to by QUIC, read or not."""
    outside: tuple[Unseen, ...] = ()
    """Connections past the proxy, as the device's table of sockets shows them."""
    unreached: tuple[Unseen, ...] = ()
    """Servers that the proxy could not reach, or was not allowed to."""
    others: int = 0
    """Flows of other apps, left out."""
    unattributed: int = 0
    """Flows that may be any app's."""
    lost: int = 0
    """Flows that were not told, because too many came at a time."""
    blind_spots: tuple[str, ...] = ()
    """What this run could not see, in words."""
