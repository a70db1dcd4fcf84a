"""Attribution of proxy connections to apps, and detection of connections that bypass the proxy.

The device's socket table is read repeatedly. If the proxy sees the app's own socket (WireGuard, a proxy on the
network), its port identifies the app. Through ``adb reverse`` the proxy sees a socket of adb. Then an app is named only
if no other app had connections to the reversed port at that time.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from tieback.intake.capture.sockets import Socket
from tieback.model.flow import FlowApp, Peer, app_of_packages

SLACK = 2.0
"""Seconds before and after a flow in which a table counts; it is read about once per second."""
_SNAPSHOTS = 4096
_MAX_SEEN = 20_000
FIRST_APP_UID = 10_000
"""First user ID of apps on Android (``AID_APP_START``); each device user has 100,000 IDs."""


class SocketOwners:
    """What the socket tables of the device have shown so far."""

    def __init__(self, packages: Mapping[int, tuple[str, ...]], *, reversed_port: int | None, only: str = "") -> None:
        """Start with no connections.

        Args:
            packages: user IDs and their packages.
            reversed_port: port of the device that ``adb reverse`` forwards to the proxy; ``None`` if there is none.
            only: package under test; it is preferred if several packages share a user ID.
        """
        self._packages = packages
        self._port = reversed_port
        self._only = only
        self._by_port: dict[int, int] = {}
        self._snapshots: deque[tuple[float, frozenset[int]]] = deque(maxlen=_SNAPSHOTS)
        self._outside: dict[tuple[str, int, int], int] = {}

    def learn(self, sockets: Iterable[Socket], now: float, proxy: tuple[str, int]) -> None:
        """Add one reading of the socket table.

        Args:
            sockets: sockets that have a peer.
            now: seconds since 1970, of this computer.
            proxy: address of the proxy.
        """
        here: set[int] = set()
        for socket in sockets:
            if self._port is not None and socket.port == self._port and ip_address(socket.ip).is_loopback:
                here.add(socket.uid)
                continue
            if len(self._by_port) < _MAX_SEEN or socket.local_port in self._by_port:
                self._by_port[socket.local_port] = socket.uid
            if (socket.ip, socket.port) != proxy and not ip_address(socket.ip).is_loopback:
                key = (socket.ip, socket.port, socket.uid)
                if key in self._outside or len(self._outside) < _MAX_SEEN:
                    self._outside[key] = self._outside.get(key, 0) + 1
        self._snapshots.append((now, frozenset(here)))

    def of(self, client: Peer, start: float, end: float) -> FlowApp | None:
        """The app behind a connection to the proxy; ``None`` if the tables do not show it."""
        if self._port is None:
            uid = self._by_port.get(client.port or -1)
            return self.app(uid) if uid is not None else None
        uids: set[int] = set()
        for at, here in self._snapshots:
            if start - SLACK <= at <= end + SLACK:
                uids |= here
        return self.app(uids.pop()) if len(uids) == 1 else None

    def app(self, uid: int) -> FlowApp:
        """The app of a user ID; if several packages share it, the package under test, or else one of them."""
        names = self._packages.get(uid, ())
        return app_of_packages((self._only,) if self._only in names else names, uid, "uid-map")

    def outside(self) -> list[tuple[str, int, FlowApp, int]]:
        """Address, port, app and number of readings, of app connections that bypass the proxy."""
        return [
            (ip, port, self.app(uid), times)
            for (ip, port, uid), times in self._outside.items()
            if uid % 100_000 >= FIRST_APP_UID
        ]
