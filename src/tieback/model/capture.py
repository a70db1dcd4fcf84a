"""A live capture and its blind spots."""

import msgspec

OUTSIDE_DESTINATIONS = "outside the destinations of this capture"
"""Why the proxy of a live capture refuses a connection: ``--destinations`` does not permit the server."""


class BlindSpot(msgspec.Struct, frozen=True):
    """A server that a run could not observe fully."""

    server: str
    """Name or address, and port: ``api.example.org:443``."""
    app: str
    """Package of the app that contacted it; empty if unknown."""
    times: int
    """Number of connections."""
    reason: str
    """Why the run could not observe it; empty if the list shows it."""


class UnpinScript(msgspec.Struct, frozen=True):
    """A script of the user that Frida loaded into the app."""

    name: str
    """Name of the file."""
    sha256: str
    """SHA-256 of the script."""


class LiveRun(msgspec.Struct, frozen=True):
    """The last line of ``tieback capture --format json``."""

    path: str
    """File with the flows, which ``tieback traffic`` and ``tieback scan`` read."""
    mode: str
    """How traffic was routed to the proxy."""
    listened: str
    """Address and port."""
    app: str
    """Package whose traffic was requested; empty for all."""
    start: float
    """Seconds since 1970, UTC."""
    end: float
    """Seconds since 1970, UTC."""
    flows: int
    """Number of flows in the file."""
    bytes_out: int
    """Payload bytes from the app to servers."""
    bytes_in: int
    """Payload bytes from servers to the app."""
    refused: tuple[BlindSpot, ...] = ()
    """Servers for which the app rejected the proxy's certificate."""
    quic: tuple[BlindSpot, ...] = ()
    """Servers contacted with QUIC, whether readable or not."""
    outside: tuple[BlindSpot, ...] = ()
    """Connections that bypassed the proxy, from the device's socket table."""
    unreached: tuple[BlindSpot, ...] = ()
    """Servers that the proxy could not reach, or was not allowed to contact."""
    others: int = 0
    """Flows of other apps, ignored."""
    unattributed: int = 0
    """Flows that could not be attributed to an app."""
    lost: int = 0
    """Flows lost because too many arrived at the same time."""
    blind_spots: tuple[str, ...] = ()
    """What this run could not see, as sentences."""
    passed: tuple[BlindSpot, ...] = ()
    """Servers that the app reached unread, after it had rejected the proxy's certificate."""
    unpin: tuple[UnpinScript, ...] = ()
    """Scripts of ``--unpin``; they change what the app does."""
    faults: tuple[str, ...] = ()
    """The blind spots because of which the run should be repeated: the device was unreachable, or the command that
    uses the app failed."""
