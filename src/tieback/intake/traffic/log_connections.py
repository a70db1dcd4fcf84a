"""Records of one connection in one log: a record of its protocol, and one of the connection as a whole, are one flow.

Suricata writes a ``flow`` event at the end of a connection, after its ``tls`` or ``http`` events with the same
``flow_id``; Zeek's ``conn`` has the ``uid`` of ``ssl`` and ``http``. Only the records of the protocol name the server.
Sources: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html, https://docs.zeek.org/en/master/logs/conn.html.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tieback.intake.traffic.interface import SampledFlow
from tieback.model.flow import Flow, Server

MAX_CONNECTIONS = 10_000
"""Connections whose records wait for the one of the connection as a whole; then the oldest are returned."""
MAX_RECORDS = 64
"""Records of one connection that wait."""
MAX_WAITING = 16 * 1024 * 1024
"""Bytes of samples that wait."""
MAX_NAMES = 100_000
"""Connections whose server is remembered after their records were returned."""


class ConnectionRecords:
    """The records of one log, joined by their connections."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[SampledFlow]] = {}
        self._servers: dict[str, Server] = {}
        self._size = 0

    def add(self, connection: str, seen: SampledFlow, *, whole: bool) -> Iterator[SampledFlow]:
        """Take a record, and return what waits no longer.

        Args:
            connection: its identifier; empty if the log has none.
            seen: the record as a flow.
            whole: true for the record of a connection as a whole, with its figures.
        """
        if not connection:
            yield seen
        elif whole:
            records = self._remove(connection)
            yield from _joined(records, seen) if records else (self._named(connection, seen),)
        else:
            yield from self._wait(connection, seen)

    def rest(self) -> Iterator[SampledFlow]:
        """The records of connections without a record of the whole, in their order."""
        for records in self._waiting.values():
            yield from records
        self._waiting = {}

    def _wait(self, connection: str, seen: SampledFlow) -> Iterator[SampledFlow]:
        records = self._waiting.setdefault(connection, [])
        records.append(seen)
        self._size += _size(seen)
        if len(records) >= MAX_RECORDS:
            yield from self._give_up(connection)
        while len(self._waiting) > MAX_CONNECTIONS or self._size > MAX_WAITING:
            yield from self._give_up(next(iter(self._waiting)))

    def _give_up(self, connection: str) -> list[SampledFlow]:
        records = self._remove(connection)
        if len(self._servers) >= MAX_NAMES:
            del self._servers[next(iter(self._servers))]
        self._servers[connection] = records[0].flow.server
        return records

    def _remove(self, connection: str) -> list[SampledFlow]:
        records = self._waiting.pop(connection, [])
        self._size -= sum(map(_size, records))
        return records

    def _named(self, connection: str, seen: SampledFlow) -> SampledFlow:
        known = self._servers.pop(connection, None)
        return seen if known is None else SampledFlow(replace(seen.flow, server=known), seen.samples)


def _size(seen: SampledFlow) -> int:
    return sum(len(sample.data) for sample in seen.samples)


def _joined(records: list[SampledFlow], whole: SampledFlow) -> Iterator[SampledFlow]:
    """The records with the figures of their connection; without them if the records name several servers."""
    if len({(one.flow.server.name, one.flow.server.ip) for one in records}) > 1:
        yield from records
        return
    first, *more = records
    yield SampledFlow(_with_figures(first.flow, whole.flow), first.samples)
    # The figures of the connection contain theirs.
    nothing = {"bytes_out": None, "bytes_in": None, "packets_out": None, "packets_in": None}
    for one in more:
        yield SampledFlow(replace(one.flow, **nothing), one.samples)


def _with_figures(flow: Flow, whole: Flow) -> Flow:
    server = flow.server if flow.server.ip else replace(flow.server, ip=whole.server.ip)
    return replace(
        flow,
        server=server,
        bytes_out=whole.bytes_out,
        bytes_in=whole.bytes_in,
        packets_out=whole.packets_out,
        packets_in=whole.packets_in,
        start=min(filter(None, (flow.start, whole.start)), default=0.0),
        end=max(flow.end, whole.end),
    )
