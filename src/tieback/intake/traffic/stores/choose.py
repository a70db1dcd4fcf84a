"""Which protocol an opening is: the recognisers are asked whose first bytes fit, and the surest verdict wins.

Of equal verdicts the one of the earlier recogniser stands; the tuple below goes from protocols with a magic or a
greeting to those that are told by lengths alone. A dispatch by the first byte of each side keeps the rest from being
asked at all.
"""

from functools import cache

from msgspec.structs import replace

from tieback.intake.traffic.interface import Opening, Recognised
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
from tieback.model.flow import Sample

SURE = 0.95
"""A verdict from here on is not compared with others."""
NO_STORES = frozenset({"smtp", "imap", "pop3", "ftp"})
"""Recognised for their STARTTLS; no data stores."""
DATAGRAMS = frozenset({"memcached", "ldap"})
"""The only ones that are asked about UDP."""
_ALONE_LEAST = 0.6
_ALONE_MOST = 0.5
"""What one side must give, and what is left of it, where the other did not fit."""
_KNOWS_ITS_SIDES = 0.9
"""A verdict from here on also tells who opened the connection."""
_SWAPPED_MOST = 0.8
"""Most confidence where the sides had to be swapped: the capture did not tell who opened the connection."""


def recognisers() -> tuple[StoreRecogniser, ...]:
    """All of them, in the order that decides between equal verdicts."""
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


def recognise(opening: Opening) -> Recognised | None:
    """The surest verdict on an opening, or ``None``.

    Mid-stream the capture cannot tell who opened the connection, so both ways round are tried; and as one side may
    begin inside a message, the other alone may give a weak verdict.
    """
    there = _Asked(replace(opening, client=opening.server, server=opening.client)) if opening.midstream else None
    return _recognise(_Asked(opening), there)


def recognise_either(opening: Opening) -> tuple[Recognised | None, bool]:
    """The same where nobody knows who opened the connection, and whether the verdict is on the sides swapped."""
    here, there = _Asked(opening), _Asked(replace(opening, client=opening.server, server=opening.client))
    found = _recognise(here, there)
    if found is None or found.confidence < _KNOWS_ITS_SIDES:
        turned = _recognise(there, here)
        if turned is not None and (found is None or turned.confidence > found.confidence):
            return turned, True
    return found, False


class _Asked:
    """An opening, and the verdict on it once it was asked for."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self._verdict: list[Recognised | None] = []

    def surest(self) -> Recognised | None:
        """The verdict as it stands, with no side left out."""
        if not self._verdict:
            self._verdict.append(_surest(self.opening))
        return self._verdict[0]


def _recognise(here: _Asked, there: _Asked | None) -> Recognised | None:
    client, server = here.opening.client, here.opening.server
    if record_at(client, 0) and (not server or record_at(server, 0)):
        return None  # TLS from the first byte on, and not ours
    if client.startswith(METHODS) and (not server or server.startswith(b"HTTP/1.")):
        return _dispatch().http.recognise(here.opening)
    best = here.surest()
    if best is not None or there is None or record_at(server, 0):
        return best
    found = there.surest()
    if found is not None:
        return _turned_round(found)
    return _one_side(here.opening) if client and server else None


def _surest(opening: Opening) -> Recognised | None:
    client, server = opening.client, opening.server
    if not client and not server:
        return None
    dispatch = _dispatch()
    mask = dispatch.client[client[0] if client else _NONE]
    other = dispatch.server[server[0] if server else _NONE]
    # From the middle on one side may begin inside a message.
    mask = mask | other if opening.midstream and client and server else mask & other
    if opening.transport != "tcp":
        mask &= dispatch.datagrams
    best: Recognised | None = None
    for recogniser in dispatch.by_mask(mask):
        found = recogniser.recognise(opening)
        if found is not None and (best is None or found.confidence > best.confidence):
            if found.confidence >= SURE:
                return found
            best = found
    return best


_NONE = 256
"""Index for a side without bytes: any recogniser may be asked."""


class _Dispatch:
    """Which recognisers to ask, by first bytes: one bit a recogniser."""

    def __init__(self, every: tuple[StoreRecogniser, ...]) -> None:
        self._every = every
        self._known: dict[int, tuple[StoreRecogniser, ...]] = {}
        self.client = [0] * 257
        self.server = [0] * 257
        self.http = HttpStores()
        self.datagrams = 0
        for number, recogniser in enumerate(every):
            bit = 1 << number
            self.datagrams |= bit if recogniser.name in DATAGRAMS else 0
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


def _one_side(opening: Opening) -> Recognised | None:
    """A verdict from the side that begins with a whole message, where the other does not."""
    for alone in (replace(opening, client=b""), replace(opening, server=b"")):
        found = _surest(alone)
        if found is not None and found.confidence >= _ALONE_LEAST:
            return replace(found, confidence=_ALONE_MOST)
    return None


def _turned_round(found: Recognised) -> Recognised:
    """The verdict on swapped sides, told in the caller's directions."""
    other = {"out": "in", "in": "out"}
    return replace(
        found,
        confidence=min(found.confidence, _SWAPPED_MOST),
        tls_client=found.tls_server,
        tls_server=found.tls_client,
        samples=tuple(
            Sample(direction=other[item.direction], kind=item.kind, data=item.data) for item in found.samples
        ),
    )
