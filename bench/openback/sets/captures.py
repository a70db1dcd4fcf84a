"""Captures with known data stores, and captures with known recipients of personal data.

Stores: the conversations of ``tests/recordings`` with real servers as packets. The seed chooses addresses, ports and
which conversations share a capture; web servers that are no data store are among them. The requests are those of
tieback's probes, not of apps. Recipients: the archives of ``bench/recipients_made`` with a person of the seed, and
the real captures of ``tests/samples.py`` if they are here.
"""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.brought import recipients_fresh, stores_fresh
from bench.openback.sets.interface import FIRST, GENERATOR, NO_SAMPLES, CaseFile, recipient_case
from bench.recipients import is_held_out, real_sources
from bench.recipients_made import person, write_archives
from bench.recordings import recordings, truths
from tests.unit.intake.traffic.wire import Packet, ethernet, ip, pcap, tcp
from tieback.scope.transcript import EventKind, Transcript, WireEvent

PROTOCOLS = {
    "redis": ("redis", {"redis"}),
    "elasticsearch": ("elasticsearch", {"elasticsearch", "opensearch"}),
    "mongodb": ("mongodb", {"mongodb", "ferretdb"}),
    "mysql": ("mysql", {"mariadb", "dolt", "tidb"}),
    "postgresql": ("postgresql", {"postgresql"}),
    "memcached": ("memcached", {"memcached"}),
    "nats_client": ("nats", {"nats"}),
    "mqtt": ("mqtt", {"mqtt", "mosquitto"}),
    "amqp": ("amqp", {"rabbitmq", "qpid", "artemis"}),
    "kafka": ("kafka", {"kafka"}),
    "cassandra": ("cassandra", {"cassandra"}),
    "zookeeper": ("zookeeper", {"zookeeper"}),
    "ldap": ("ldap", {"apacheds"}),
    "bolt": ("neo4j", {"neo4j"}),
    "etcd": ("etcd", {"etcd"}),
    "influxdb": ("influxdb", {"influxdb"}),
    "couchdb": ("couchdb", {"pouchdb"}),
    "clickhouse": ("clickhouse", {"clickhouse"}),
}
"""Wire protocol of a conversation, by the client that led it and the product of the server."""
REGISTERED = {
    "amqp": 5672, "cassandra": 9042, "clickhouse": 8123, "couchdb": 5984, "elasticsearch": 9200, "etcd": 2379,
    "influxdb": 8086, "kafka": 9092, "ldap": 389, "memcached": 11211, "mongodb": 27017, "mqtt": 1883, "mysql": 3306,
    "nats": 4222, "neo4j": 7687, "postgresql": 5432, "redis": 6379, "zookeeper": 2181,
}  # fmt: skip
"""The usual port of each protocol, which half of the servers have: many tools choose their parser by it."""
DECOY = "web"
"""Client of conversations with web servers, which are no data store if no probe is for their product."""
TOGETHER = 5
"""Connections in one capture."""
_SEGMENT = 1400
_MOST = 200_000
"""Bytes of one connection."""


def make(seed: int, folder: Path) -> Iterator[CaseFile]:
    """Stores, recipients in made archives, and real captures if they are here."""
    folder.mkdir(parents=True, exist_ok=True)
    yield "stores", list(_stores(random.Random(f"{seed} stores"), folder))
    yield "recipients", list(_recipients(seed, folder))
    yield "recipients_real", list(_real(folder)) or NO_SAMPLES
    yield "recipients_fresh", recipients_fresh(folder)
    yield "stores_fresh", stores_fresh(seed, folder)


def _connections() -> Iterator[tuple[str, list[WireEvent]]]:
    """Protocol (empty for a decoy) and events of each connection in the clear with an answer."""
    for name, depth, transcripts in recordings():
        if depth != "describe":
            continue
        product = truths()[name].product
        for transcript in transcripts:
            protocol, products = PROTOCOLS.get(transcript.probe, ("", set()))
            if product in products or (transcript.probe == DECOY and product == "-"):
                events = _longest(transcript)
                if events:
                    yield protocol if product in products else "", events


def _longest(transcript: Transcript) -> list[WireEvent]:
    """The exchange of the connection with the most bytes received, up to a handshake or withheld bytes."""
    found: list[list[WireEvent]] = []
    for line in transcript.lines:
        events: list[WireEvent] = []
        for event in line.events:
            if event.what in (EventKind.SENT, EventKind.RECEIVED):
                events.append(event)
            elif event.what in (EventKind.TLS, EventKind.UNVERIFIED, EventKind.WITHHELD):
                break
        found.append(events)
    return max(found, key=_received, default=[]) if any(_received(events) for events in found) else []


def _received(events: list[WireEvent]) -> int:
    return sum(len(event.data) for event in events if event.what is EventKind.RECEIVED)


def _stores(source: random.Random, folder: Path) -> Iterator[Case]:
    every = list(_connections())
    source.shuffle(every)
    for number, start in enumerate(range(0, len(every), TOGETHER)):
        packets: list[Packet] = []
        expected = []
        servers = source.sample(range(1, 255), TOGETHER)
        for place, (protocol, events) in enumerate(every[start : start + TOGETHER]):
            server = f"{source.choice(('192.0.2', '198.51.100', '203.0.113'))}.{servers[place]}"
            port = REGISTERED.get(protocol, 80) if source.random() < 0.5 else source.randrange(1025, 32_768)
            begin = 1.79e9 + number * 600 + place * 60
            packets += _packets(events, f"10.0.0.{source.randrange(2, 250)}", server, port, 40_000 + place, begin)
            if protocol:
                expected.append(Claim("store", protocol, f"{server}:{port}"))
        name = f"stores-{number:03}"
        (folder / f"{name}.pcap").write_bytes(pcap(packets))
        yield Case(
            id=f"capture-{name}",
            topic=Topic.CAPTURE,
            split=Split.TUNE,
            source="tests/recordings, as packets",
            group=f"capture-{name}",
            input=f"{name}.pcap",
            expected=tuple(expected),
            labellers=(GENERATOR,),
            ask=("store",),
        )


def _packets(
    events: list[WireEvent], client: str, server: str, port: int, client_port: int, begin: float
) -> Iterator[Packet]:
    """The packets of a connection, with its handshake and end."""
    sequence = {True: 1000, False: 9000}
    when = begin

    def packet(*, out: bool, data: bytes = b"", flags: int) -> Packet:
        nonlocal when
        when += 0.001
        ports = (client_port, port) if out else (port, client_port)
        ends = (client, server) if out else (server, client)
        segment = tcp(*ports, data, seq=sequence[out], ack=sequence[not out] if flags & 0x10 else 0, flags=flags)
        sequence[out] += len(data) + (1 if flags & 3 else 0)
        return when, ethernet(ip(segment, *ends))

    yield packet(out=True, flags=2)
    yield packet(out=False, flags=0x12)
    yield packet(out=True, flags=0x10)
    total = 0
    for event in events:
        out = event.what is EventKind.SENT
        for start in range(0, len(event.data), _SEGMENT):
            total += _SEGMENT
            if total > _MOST:
                return
            yield packet(out=out, data=event.data[start : start + _SEGMENT], flags=0x18)
            yield packet(out=not out, flags=0x10)
    yield packet(out=True, flags=0x11)
    yield packet(out=False, flags=0x11)
    yield packet(out=True, flags=0x10)


def _recipients(seed: int, folder: Path) -> Iterator[Case]:
    for name, path, labels in write_archives(folder, person(seed)):
        source = f"bench/recipients_made, seed {seed}"
        yield recipient_case(name, path.name, labels, source, GENERATOR, held_out=is_held_out(name))


def _real(folder: Path) -> Iterator[Case]:
    for source in real_sources():
        shutil.copyfile(source.path, folder / source.path.name)
        labels = [(label.host, label.pii_class, label.sure) for label in source.labels]
        name, held_out = f"real-{source.path.name}", is_held_out(source.name)
        yield recipient_case(name, source.path.name, labels, "tests/samples.tsv", FIRST, held_out=held_out)
