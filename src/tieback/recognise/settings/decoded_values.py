"""Named values of a decoded resource table: the host is in ``res/values/strings.xml``, its port in ``integers.xml``.

The files come in any order, so that a host waits for a port of its name. Bounds: 1,000 ports, 1,000 hosts per app.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tieback.intake.apps.interface import Buffer
from tieback.recognise.settings.key_values import Pair, port_of_name, ports_by_name

MAX_NAMED = 1_000
_DEFAULT = "/values/"
"""Folder of the default configuration."""


class LateHost(NamedTuple):
    """A host whose port is in a file that was read after its own."""

    key: str
    value: str
    file: str
    offset: int
    port: int


class DecodedValues:
    """Hosts and ports of the decoded resources of one app."""

    def __init__(self) -> None:
        self._ports: dict[tuple[str, str], int] = {}
        self._waiting: list[tuple[str, str, str, int]] = []

    def add(self, pairs: Sequence[Pair], suffixes: tuple[str, ...]) -> Iterator[LateHost]:
        """Add the ports of a file, and give the hosts of other files that they belong to."""
        found = ports_by_name({pair.key: pair.value for pair in pairs})
        for name, port in found.items():
            if len(self._ports) < MAX_NAMED:
                self._ports.setdefault(name, port)
        left = []
        for one in self._waiting if found else ():
            late = port_of_name(one[0], found, suffixes)
            if late is None:
                left.append(one)
            else:
                yield LateHost(*one, late)
        if found:
            self._waiting = left

    def port_of(self, key: str, value: str, buffer: Buffer, suffixes: tuple[str, ...]) -> int | None:
        """The port of a host in one of the files before; a host without one waits for the files behind it."""
        if _DEFAULT not in f"/{buffer.file}":
            return None
        port = port_of_name(key, self._ports, suffixes)
        if port is None and len(self._waiting) < MAX_NAMED:
            at = buffer.data.find(value.encode("utf-8", "replace"))
            self._waiting.append((key, value, buffer.file, buffer.base + max(at, 0)))
        return port
