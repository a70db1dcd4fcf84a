"""Selection of the protocol of an opening: recognisers whose first bytes fit are called, and the highest confidence
wins.

Of equal verdicts the earlier recogniser's is used. The tuple below starts with protocols that have a magic number or a
greeting, and ends with those that are recognised only by lengths. A dispatch by the first byte of each side avoids
calls to the others.
"""

from collections.abc import Sequence
from functools import cache
from itertools import product

from msgspec.structs import replace

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.amqp import Amqp
from tieback.intake.traffic.stores.bolt import Bolt
from tieback.intake.traffic.stores.cassandra import Cassandra
from tieback.intake.traffic.stores.clickhouse import Clickhouse
from tieback.intake.traffic.stores.drda import Drda
from tieback.intake.traffic.stores.elasticsearch import ElasticsearchTransport
from tieback.intake.traffic.stores.http import METHODS, HttpStores
from tieback.intake.traffic.stores.interface import StoreRecogniser
from tieback.intake.traffic.stores.kafka import Kafka
from tieback.intake.traffic.stores.ldap import Ldap
from tieback.intake.traffic.stores.mail import PROTOCOLS
from tieback.intake.traffic.stores.memcached import Memcached
from tieback.intake.traffic.stores.mongodb import Mongodb
from tieback.intake.traffic.stores.mqtt import Mqtt
from tieback.intake.traffic.stores.mssql import Mssql
from tieback.intake.traffic.stores.mysql import Mysql
from tieback.intake.traffic.stores.mysqlx import MysqlX
from tieback.intake.traffic.stores.nats import Nats
from tieback.intake.traffic.stores.oracle import Oracle
from tieback.intake.traffic.stores.postgresql import Postgresql
from tieback.intake.traffic.stores.redis import Redis
from tieback.intake.traffic.stores.starttls import record_at
from tieback.intake.traffic.stores.stomp import Stomp
from tieback.intake.traffic.stores.thrift import CassandraThrift
from tieback.intake.traffic.stores.zookeeper import Zookeeper
from tieback.model.flow import CleartextSample

SURE = 0.95
"""Confidence from which a verdict is not compared with others."""
NO_STORES = frozenset({"smtp", "imap", "pop3", "ftp"})
"""Recognised for their STARTTLS; not data stores."""
_OVER_WEBSOCKET = frozenset({"amqp", "mqtt", "nats", "stomp"})
"""Protocols that clients in browsers and apps use inside a WebSocket."""
DATAGRAMS = frozenset({"memcached", "ldap"})
"""The only protocols that are tried for UDP."""
_ALONE_LEAST = 0.6
_ALONE_MOST = 0.5
"""Minimum for a verdict from one side if the other does not fit, and the resulting confidence."""
_KNOWS_ITS_SIDES = 0.9
"""Confidence from which a verdict also shows which side opened the connection."""
_SWAPPED_MOST = 0.8
"""Maximum confidence if the sides had to be swapped: the capture did not show which side opened the connection."""
_MOST_LOST = 4
"""Messages of a WebSocket that may be the rest of a packet: clients may send head, topic and payload separately."""
_AFTER_LOST_LEAST = 0.75
"""Minimum for a verdict that leaves such messages out."""


def recognisers() -> tuple[StoreRecogniser, ...]:
    """All recognisers, in the order that decides between equal verdicts."""
    return (
        HttpStores(),
        Postgresql(),
        Mysql(),
        Mongodb(),
        Amqp(),
        Bolt(),
        ElasticsearchTransport(),
        Cassandra(),
        CassandraThrift(),
        Nats(),
        Stomp(),
        Drda(),
        Ldap(),
        Zookeeper(),
        Redis(),
        Mqtt(),
        Mssql(),
        Memcached(),
        Clickhouse(),
        Oracle(),
        MysqlX(),
        Kafka(),
        *PROTOCOLS,
    )


def recognise(opening: ConnectionStart) -> ProtocolMatch | None:
    """The verdict with the highest confidence on an opening, or ``None``.

    Mid-stream the capture cannot show which side opened the connection, so both orders are tried. One side may begin
    inside a message; then the other side may yield a weak verdict.
    """
    there = _Asked(replace(opening, client=opening.server, server=opening.client)) if opening.midstream else None
    return _recognise(_Asked(opening), there)


def recognise_either(opening: ConnectionStart) -> tuple[ProtocolMatch | None, bool]:
    """As ``recognise``, for an unknown direction; also returns true if the verdict is for the sides swapped."""
    here, there = _Asked(opening), _Asked(replace(opening, client=opening.server, server=opening.client))
    found = _recognise(here, there)
    if found is None or found.confidence < _KNOWS_ITS_SIDES:
        turned = _recognise(there, here)
        if turned is not None and (found is None or turned.confidence > found.confidence):
            return turned, True
    return found, False


def over_websocket(client: Sequence[bytes], server: Sequence[bytes]) -> ProtocolMatch | None:
    """The protocol inside the messages of a WebSocket, such as MQTT: a message may have a part of a packet, or several.

    Args:
        client: messages of the client, from the first that was recorded.
        server: messages of the server.
    """
    found = recognise(ConnectionStart(b"".join(client), b"".join(server), None))
    if found is None or found.protocol not in _OVER_WEBSOCKET:
        found = _from_middle(client, server)
    return found


def _from_middle(client: Sequence[bytes], server: Sequence[bytes]) -> ProtocolMatch | None:
    """The verdict on messages whose first ones were not recorded; the next ones may be the rest of a packet."""
    most = [min(_MOST_LOST, max(len(side) - 1, 0)) for side in (client, server)]
    for lost, behind in product(range(most[0] + 1), range(most[1] + 1)):
        out, back = b"".join(client[lost:]), b"".join(server[behind:])
        found = _surest(ConnectionStart(out, back, None, midstream=True), _dispatch().messaging)
        if found is None:
            continue
        if found.confidence >= _AFTER_LOST_LEAST or not (lost or behind):
            return replace(found, confidence=min(found.confidence, _SWAPPED_MOST))
    return None


class _Asked:
    """An opening, and the cached verdict on it."""

    def __init__(self, opening: ConnectionStart) -> None:
        self.opening = opening
        self._verdict: list[ProtocolMatch | None] = []

    def surest(self) -> ProtocolMatch | None:
        """The verdict on both sides, computed on first use."""
        if not self._verdict:
            self._verdict.append(_surest(self.opening))
        return self._verdict[0]


def _recognise(here: _Asked, there: _Asked | None) -> ProtocolMatch | None:
    client, server = here.opening.client, here.opening.server
    if record_at(client, 0) and (not server or record_at(server, 0)):
        return None  # TLS from the first byte on: not a store protocol
    if client.startswith(METHODS) and (not server or server.startswith(b"HTTP/1.")):
        return _dispatch().http.recognise(here.opening)
    best = here.surest()
    if best is not None or there is None or record_at(server, 0):
        return best
    found = there.surest()
    if found is not None:
        return _turned_round(found)
    return _one_side(here.opening) if client and server else None


def _surest(opening: ConnectionStart, among: int = -1) -> ProtocolMatch | None:
    """The verdict on both sides by the recognisers of a mask."""
    client, server = opening.client, opening.server
    if not client and not server:
        return None
    dispatch = _dispatch()
    mask = dispatch.client[client[0] if client else _NONE]
    other = dispatch.server[server[0] if server else _NONE]
    # Mid-stream, one side may begin inside a message.
    mask = mask | other if opening.midstream and client and server else mask & other
    if opening.transport != "tcp":
        mask &= dispatch.datagrams
    mask &= among
    best: ProtocolMatch | None = None
    for recogniser in dispatch.by_mask(mask):
        found = recogniser.recognise(opening)
        if found is not None and (best is None or found.confidence > best.confidence):
            if found.confidence >= SURE:
                return found
            best = found
    return best


_NONE = 256
"""Index for a side without bytes: any recogniser may fit."""


class _Dispatch:
    """Recognisers by first bytes: one bit per recogniser."""

    def __init__(self, every: tuple[StoreRecogniser, ...]) -> None:
        self._every = every
        self._known: dict[int, tuple[StoreRecogniser, ...]] = {}
        self.client = [0] * 257
        self.server = [0] * 257
        self.http = HttpStores()
        self.datagrams = self.messaging = 0
        for number, recogniser in enumerate(every):
            bit = 1 << number
            self.datagrams |= bit if recogniser.name in DATAGRAMS else 0
            self.messaging |= bit if recogniser.name in _OVER_WEBSOCKET else 0
            for byte in {*recogniser.client_first, _NONE}:
                self.client[byte] |= bit
            for byte in {*recogniser.server_first, _NONE}:
                self.server[byte] |= bit

    def by_mask(self, mask: int) -> tuple[StoreRecogniser, ...]:
        """The recognisers of a mask, in order."""
        found = self._known.get(mask)
        if found is None:
            found = tuple(item for number, item in enumerate(self._every) if mask >> number & 1)
            self._known[mask] = found
        return found


@cache
def _dispatch() -> _Dispatch:
    return _Dispatch(recognisers())


def _one_side(opening: ConnectionStart) -> ProtocolMatch | None:
    """A verdict from the side that begins with a complete message, if the other does not."""
    for alone in (replace(opening, client=b""), replace(opening, server=b"")):
        found = _surest(alone)
        if found is not None and found.confidence >= _ALONE_LEAST:
            return replace(found, confidence=_ALONE_MOST)
    return None


def _turned_round(found: ProtocolMatch) -> ProtocolMatch:
    """The verdict on swapped sides, converted to the caller's directions."""
    other = {"out": "in", "in": "out"}
    return replace(
        found,
        confidence=min(found.confidence, _SWAPPED_MOST),
        tls_client=found.tls_server,
        tls_server=found.tls_client,
        samples=tuple(
            CleartextSample(direction=other[item.direction], kind=item.kind, data=item.data) for item in found.samples
        ),
    )
