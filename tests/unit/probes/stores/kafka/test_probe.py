"""A broker made from the protocol's documentation (https://kafka.apache.org/protocol), and recordings of an emulation.

Not the real server.
"""

import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import Answer, MemoryPeer, PlaybackResult, play
from tieback.probes.stores.kafka import messages
from tieback.probes.stores.kafka.probe import KafkaProbe
from tieback.scope.conversation import Target

PROBE = KafkaProbe()
KNOWN = {2: (1, 10), 3: (0, 13), 17: (0, 1), 18: (0, 4), 35: (1, 4)}


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


class Broker:
    """Topics with the first and next offsets of their partitions."""

    def __init__(self, **topics: list[tuple[int, int]]) -> None:
        self.topics = topics
        self.known = dict(KNOWN)
        self.handshake = 34
        self.cluster = "pYdR4Xe6TqO0yT8wqg1mZA"
        self.error = 0
        self.brokers = 1
        self.offset_error = 0
        self.sizes = True

    def answer(self, sent: bytes) -> bytes | None:
        key, version, number = struct.unpack_from(">hhi", sent, 4)
        body = self.body(key, version, sent)
        return None if body is None else struct.pack(">ii", len(body) + 4, number) + body

    def body(self, key: int, version: int, sent: bytes) -> bytes | None:
        match key:
            case messages.API_VERSIONS:
                rows = b"".join(struct.pack(">hhh", one, *span) for one, span in self.known.items())
                return b"\0\0" + struct.pack(">i", len(self.known)) + rows
            case messages.SASL_HANDSHAKE:
                return struct.pack(">hi", self.handshake, 1) + text("SCRAM-SHA-512")
            case messages.METADATA:
                return None if self.handshake == 33 else self.metadata(version)
            case messages.DESCRIBE_LOG_DIRS:
                return self.log_dirs()
        return (b"\0\0\0\0" if version >= 2 else b"") + self.offsets(sent, version)

    def metadata(self, version: int) -> bytes:
        brokers = b"".join(struct.pack(">i", i) + text("h") + struct.pack(">ih", 1, -1) for i in range(self.brokers))
        topics = b""
        for name, partitions in self.topics.items():
            rows = b"".join(struct.pack(">hiiiiii", 0, i, 0, 1, 0, 1, 0) for i in range(len(partitions)))
            internal = b"\1" if name.startswith("__") else b"\0"
            topics += struct.pack(">h", self.error) + text(name) + internal + struct.pack(">i", len(partitions)) + rows
        throttle = b"\0\0\0\0" if version >= 3 else b""
        cluster = text(self.cluster) if version >= 2 else b""
        head = throttle + struct.pack(">i", self.brokers) + brokers + cluster + b"\0\0\0\0"
        return head + struct.pack(">i", len(self.topics)) + topics

    def log_dirs(self) -> bytes:
        if not self.sizes:
            return struct.pack(">iihhi", 0, 1, 31, 0, 0)
        topics = b"".join(
            text(name)
            + struct.pack(">i", len(ends))
            + b"".join(struct.pack(">iqqB", i, 70, 0, 0) for i in range(len(ends)))
            for name, ends in self.topics.items()
        )
        return struct.pack(">iih", 0, 1, 0) + text("/var/kafka") + struct.pack(">i", len(self.topics)) + topics

    def offsets(self, sent: bytes, version: int) -> bytes:
        at = 29 if version == 1 else 30
        size = int.from_bytes(sent[at : at + 2], "big")
        name = sent[at + 2 : at + 2 + size].decode()
        when = int.from_bytes(sent[-8:], "big", signed=True)
        rows = b"".join(
            struct.pack(">ihqq", i, self.offset_error if i else 0, -1, ends[when == messages.LATEST])
            for i, ends in enumerate(self.topics[name])
        )
        return struct.pack(">i", 1) + text(name) + struct.pack(">i", len(self.topics[name])) + rows


def ask(answer: Answer, depth: Depth = Depth.DESCRIBE) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", 9092), depth), MemoryPeer(answer), PROBE.meta.sends)


@pytest.mark.parametrize("copied", ["MkU3OEVBNTcwNTJENDM2Q0", "MkU3OEVBNTcwNTJENDM2Qk", "5L6g3nShT-eMCtK--X86sw"])
def test_a_cluster_id_from_a_manual_is_no_identity(copied: str) -> None:
    def key(*topics: str) -> str:
        broker = Broker(__consumer_offsets=[(0, 9)], **{topic: [(0, 4)] for topic in topics})
        broker.cluster = copied
        identity = ask(broker.answer).result.identity
        assert identity is not None
        assert identity.kind == "fingerprint"
        return identity.key

    assert key("people", "visits") == key("visits", "people")
    assert key("people") != key("visits")


def test_an_open_one() -> None:
    report = ask(Broker(people=[(10, 40), (0, 5)], __consumer_offsets=[(0, 9)]).answer).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.OPEN, "kafka")
    assert report.identity is not None
    assert report.identity.key == "kafka:cluster_id:pYdR4Xe6TqO0yT8wqg1mZA"
    people = next(one for one in report.containers if one.name == "people")
    assert people.records is not None
    assert people.bytes is not None
    assert (people.records.value, people.records.quality) == (35, Quality.ESTIMATE)
    assert (people.bytes.value, people.bytes.quality) == (140, Quality.EXACT)
    assert [one.name for one in report.containers if one.system] == ["__consumer_offsets"]


@pytest.mark.parametrize("closes", [messages.LOG_DIRS_REQUEST[4:6], b"visits"])
def test_request_that_ends_the_connection_costs_only_itself(closes: bytes) -> None:
    broker = Broker(people=[(0, 4), (0, 3)], visits=[(0, 9)], zones=[(0, 2)])

    def answer(sent: bytes) -> bytes | None:
        return None if sent[4:6] == closes or (closes == b"visits" and closes in sent) else broker.answer(sent)

    report = ask(answer).result
    counted = {one.name: one.records.value for one in report.containers if one.records is not None}
    assert (report.outcome, report.access) == (Outcome.OK, Access.OPEN), report
    assert counted == {"people": 7, "zones": 2} | ({} if closes == b"visits" else {"visits": 9})


def test_another_broker_leads_a_partition() -> None:
    broker = Broker(people=[(10, 40), (0, 5)])
    broker.offset_error, broker.brokers = messages.NOT_LEADER, 3
    (people,) = ask(broker.answer).result.containers
    assert people.records is not None
    assert people.bytes is not None
    assert (people.records.value, people.records.quality) == (30, Quality.LOWER_BOUND)
    assert people.bytes.quality is Quality.LOWER_BOUND


def test_login_is_required() -> None:
    broker = Broker(people=[(0, 5)])
    broker.handshake = 33
    played = ask(broker.answer)
    assert played.result.access is Access.AUTH_REQUIRED
    assert "SCRAM-SHA-512" in played.result.proofs[0].answer
    assert len(played.sent) == 2


def test_echoed_mechanism_is_not_evidence() -> None:
    broker = Broker(people=[(0, 5)])
    mechanism = messages.DUMMY_MECHANISM.decode()

    def answer(sent: bytes) -> bytes | None:
        if sent != messages.HANDSHAKE_REQUEST:
            return broker.answer(sent)
        body = struct.pack(">hi", 33, 1) + text(mechanism)
        return struct.pack(">ii", len(body) + 4, 1) + body

    assert ask(answer).result.access is Access.OPEN


def test_login_is_required_by_old_brokers() -> None:
    broker = Broker(people=[(0, 5)])
    broker.handshake = 33
    del broker.known[17]
    assert ask(broker.answer).result.access is Access.AUTH_REQUIRED


STATES = [
    # topics, error of metadata, access
    ({}, 0, Access.OPEN_EMPTY),
    ({"__consumer_offsets": [(0, 5)]}, 0, Access.OPEN_EMPTY),
    ({"people": [(5, 5)]}, 0, Access.OPEN_EMPTY),
    ({"people": [(0, 5)]}, 29, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("topics", "error", "access"), STATES)
def test_access_state_by_server_answers(topics: dict[str, list[tuple[int, int]]], error: int, access: Access) -> None:
    broker = Broker(**topics)
    broker.error = error
    assert ask(broker.answer).result.access is access


VERSIONS = [((0, 13), 4), ((0, 3), 2), ((0, 1), 1), ((1, 1), 1), ((0, 0), None), ((9, 20), None)]


@each(("span", "version"), VERSIONS)
def test_metadata_in_a_version_that_the_broker_knows(span: tuple[int, int], version: int | None) -> None:
    broker = Broker(people=[(0, 5)])
    broker.known[3] = span
    played = ask(broker.answer)
    asked = [struct.unpack_from(">hh", sent, 4)[1] for sent in played.sent if sent[5] == messages.METADATA]
    assert asked == ([] if version is None else [version])
    assert played.result.access is (Access.PARTIAL if version is None else Access.OPEN)


@pytest.mark.parametrize(("span", "asked"), [((0, 8), 1), ((2, 11), 2), ((1, 1), 1)])
def test_offsets_in_a_version_that_the_broker_knows(span: tuple[int, int], asked: int) -> None:
    broker = Broker(people=[(0, 5)])
    broker.known[2] = span
    report = ask(broker.answer).result
    assert report.access is Access.OPEN
    assert f"ListOffsets (version {asked})" in {proof.asked for proof in report.proofs}


def test_without_sizes_and_offsets() -> None:
    broker = Broker(people=[(0, 5)])
    del broker.known[2], broker.known[35]
    report = ask(broker.answer).result
    assert report.access is Access.SCHEMA_ONLY
    assert report.containers[0].records is None


def test_the_product_by_its_cluster() -> None:
    broker = Broker(people=[(0, 5)])
    broker.cluster = "redpanda.5f0b"
    assert ask(broker.answer).result.product == "redpanda"


def test_topics_with_unsafe_names_are_skipped() -> None:
    report = ask(Broker(**{"a b": [(0, 5)], "people": [(0, 5)]}).answer).result
    assert report.access is Access.OPEN
    assert any("not safe to send" in problem for problem in report.problems)


def test_offsets_that_run_backwards() -> None:
    assert ask(Broker(people=[(9, 5)]).answer).result.outcome is Outcome.HOSTILE


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad\r\n", b"\0\0\0\6\0\0\0\1\0\x23", b"\0\0\0\6\0\0\0\2\0\0"])
def test_other_protocols(answer: bytes) -> None:
    assert ask(lambda _: answer).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 2), (Depth.ENUMERATE, 6), (Depth.DESCRIBE, 6)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask(Broker(people=[(0, 5)]).answer, depth).sent) == sends


WRITES = [
    # Produce, Fetch, CreateTopics, DeleteTopics, SaslAuthenticate; a handshake with a real mechanism.
    *(messages.encode_request(key, 0, 1, b"\0\0\0\0") for key in (0, 1, 19, 20, 36)),
    messages.encode_request(messages.SASL_HANDSHAKE, 1, 1, text("PLAIN")),
    messages.encode_request(messages.METADATA, 4, 2, b"\xff\xff\xff\xff\1"),
    messages.offsets_request(1, 0, "people", (0,)),
]


@each("data", WRITES)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in PROBE.meta.sends)


@given(st.lists(st.binary(max_size=100), max_size=5))
@settings(max_examples=examples(80), deadline=None)
def test_any_answer_ends_in_one_report(bodies: list[bytes]) -> None:
    broker = Broker(people=[(0, 5)])
    left = iter(bodies)

    def answer(sent: bytes) -> bytes | None:
        key, _, number = struct.unpack_from(">hhi", sent, 4)
        if key in (messages.API_VERSIONS, messages.SASL_HANDSHAKE):
            return broker.answer(sent)
        body = next(left, None)
        return None if body is None else struct.pack(">ii", len(body) + 4, number) + body

    assert ask(answer).result.product in ("kafka", "redpanda")


def test_recording(replay: Callable[..., Any]) -> None:
    report = replay(PROBE, "kafka-open").result
    assert (report.access, report.product) == (Access.OPEN, "kafka")
