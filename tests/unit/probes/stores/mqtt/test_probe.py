from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.mqtt import packets
from tieback.probes.stores.mqtt.packets import V3, V5
from tieback.probes.stores.mqtt.probe import TOPICS, MqttProbe
from tieback.scope.conversation import Target

PROBE = MqttProbe()
IN = b"\x20\2\0\0"
PONG = b"\xd0\0"


def told(topic: str, payload: str, retain: int = 1) -> bytes:
    return packets.encode_packet(0x30 | retain, packets.encode_text(topic.encode()) + payload.encode())


def statistics(retained: int, subscriptions: int = 0, own: int = 4) -> bytes:
    return (
        told("$SYS/broker/version", "mosquitto version 2.0.21")
        + told("$SYS/broker/retained messages/count", str(retained))
        + told("$SYS/broker/store/messages/bytes", "200")
        + told("$SYS/broker/subscriptions/count", str(subscriptions))
        + told("$SYS/broker/uptime", "1 seconds") * (own - 4)
        + told("$SYS/broker/uptime", "2 seconds", retain=0)
        + b"\x90\3\0\1\0"
        + PONG
    )


def ask(answers: dict[bytes, bytes | None], depth: Depth = Depth.DESCRIBE) -> PlaybackResult[ProbeReport]:
    return play(
        PROBE.run(Target("127.0.0.1", 1883), depth), MemoryPeer(lambda sent: answers.get(sent, b"")), PROBE.meta.sends
    )


def test_an_open_one() -> None:
    played = ask({packets.connect(V3): IN, packets.subscribe(V3, TOPICS): statistics(9, own=6)})
    report = played.result
    assert (report.access, report.product, report.version) == (Access.OPEN, "mosquitto", "2.0.21")
    (kept,) = report.containers
    assert kept.records is not None
    assert (kept.records.value, kept.records.quality) == (3, Quality.ESTIMATE)
    assert played.sent[-1] == packets.DISCONNECT_PACKET


STATES = [
    # CONNACK, answer to the subscription, access
    (b"\x20\2\0\4", b"", Access.AUTH_REQUIRED),
    (b"\x20\2\0\5", b"", Access.AUTH_REQUIRED),
    (b"\x20\2\0\3", b"", Access.UNKNOWN),
    (IN, statistics(4), Access.OPEN_EMPTY),
    (IN, statistics(4, subscriptions=1), Access.OPEN_EMPTY),
    (IN, statistics(4, subscriptions=2), Access.OPEN_EMPTY),
    (IN, b"\x90\3\0\1\x80" + PONG, Access.PARTIAL),
    (IN, b"\x90\3\0\1\0" + PONG, Access.PARTIAL),
    (IN, None, Access.PARTIAL),
]


@each(("connack", "subscribed", "access"), STATES)
def test_access_state_by_server_answers(connack: bytes, subscribed: bytes | None, access: Access) -> None:
    report = ask({packets.connect(V3): connack, packets.subscribe(V3, TOPICS): subscribed}).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report
    assert any("tieback sends no password" in problem for problem in report.problems) is report.access.refused


def test_a_broker_that_requires_a_password_is_closed() -> None:
    report = ask({packets.connect(V3): b"\x20\2\0\5"}).result
    assert (report.access, report.untested, report.undecided) == (Access.AUTH_REQUIRED, (), False)


@pytest.mark.parametrize(("refused", "access"), [(b"\x20\2\0\2", Access.UNKNOWN), (IN, Access.PARTIAL)])
def test_a_client_name_is_sent_only_if_the_broker_requires_one(refused: bytes, access: Access) -> None:
    named = packets.connect(V3, packets.NAMED)
    played = ask({packets.connect(V3): b"\x20\2\0\2", named: refused}, Depth.IDENTIFY)
    assert (played.result.access, named in played.sent) == (access, True)
    assert all(packets.NAMED not in sent for sent in ask({packets.connect(V3): IN}).sent)


GRANTED, DENIED = b"\x90\3\0\1\0" + PONG, b"\x90\3\0\1\x80" + PONG
KEEPS_NONE = b"\x20\x0b\0\0\x08\x22\0\x0a\x25\0\x21\0\x14"
KEEPING = [
    # answer to the subscription, CONNACK of version 5, access
    (GRANTED, KEEPS_NONE, Access.OPEN_EMPTY),
    (GRANTED, b"\x20\6\0\0\3\x22\0\x0a", Access.PARTIAL),
    (GRANTED, b"\x20\5\0\0\2\x25\1", Access.PARTIAL),
    (GRANTED, b"\x20\3\0\x87\0", Access.PARTIAL),
    (DENIED, KEEPS_NONE, Access.PARTIAL),
]


@pytest.mark.parametrize(("subscribed", "five", "access"), KEEPING)
def test_a_broker_that_retains_nothing_is_empty(subscribed: bytes, five: bytes, access: Access) -> None:
    answers = {packets.connect(V3): IN, packets.subscribe(V3, TOPICS): subscribed, packets.connect(V5): five}
    report = ask({**answers}).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


@given(st.binary(max_size=40))
@settings(max_examples=examples(200), deadline=None)
def test_properties_are_read_to_their_end(properties: bytes) -> None:
    assert packets.keeps_messages(properties) or b"\x25\0" in properties


def test_properties_after_texts_are_found() -> None:
    texts = b"\x26\0\1a\0\2bc\x12\0\3\x25\0x\x27\0\0\1\0"
    assert packets.keeps_messages(bytes((len(texts) + 2,)) + texts + b"\x25\1")
    assert not packets.keeps_messages(bytes((len(texts) + 2,)) + texts + b"\x25\0")


FIVE = [
    (b"\x20\3\0\0\0", Access.PARTIAL),
    (b"\x20\3\0\x87\0", Access.AUTH_REQUIRED),
    (b"\x20\3\0\x86\0", Access.AUTH_REQUIRED),
    (b"\x20\3\0\x8a\0", Access.FIREWALLED),
    (b"\x20\3\0\x97\0", Access.UNKNOWN),
]


@pytest.mark.parametrize("first", [b"\x20\2\0\1", b"\x20\2\0\x84", b"\x20\3\0\x84\0"])
@pytest.mark.parametrize(("connack", "access"), FIVE)
def test_version_5_if_the_broker_requires_it(first: bytes, connack: bytes, access: Access) -> None:
    subscribed = b"\x90\4\0\1\0\x87" + PONG
    answers = {packets.connect(V3): first, packets.connect(V5): connack, packets.subscribe(V5, TOPICS): subscribed}
    report = ask({**answers}).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


def test_unsolicited_message_is_hostile() -> None:
    subscribed = told("people/anna", "secret") + PONG
    report = ask({packets.connect(V3): IN, packets.subscribe(V3, TOPICS): subscribed}).result
    assert report.outcome is Outcome.HOSTILE
    assert "anna" not in repr(report)
    assert "secret" not in repr(report)


def test_the_answer_ends() -> None:
    subscribed = told("$SYS/broker/uptime", "1") * 5000
    assert ask({packets.connect(V3): IN, packets.subscribe(V3, TOPICS): subscribed}).result.outcome is Outcome.HOSTILE


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400\r\n", b"-ERR\r\n", b"\x20\0", b"\x20\2\2\0", b"\x20\5\0\0\0\0\0"])
def test_other_protocols(answer: bytes) -> None:
    assert ask({packets.connect(V3): answer}).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 2), (Depth.ENUMERATE, 3), (Depth.DESCRIBE, 3)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask({packets.connect(V3): IN, packets.subscribe(V3, TOPICS): statistics(9)}, depth).sent) == sends


def message(payload: bytes, topic: bytes = b"people/1", flags: int = packets.RETAIN) -> bytes:
    return packets.encode_packet(0x30 | flags, packets.encode_text(topic) + payload)


KEPT = [
    # what the broker sends, values by field
    (message(b'{"mail":"a@hr.test"}') + message(b'{"mail":"b@hr.test"}'), {"mail": ("a@hr.test", "b@hr.test")}),
    (message(b"on") + message(b"\xff"), {"payload": ("on", "\ufffd")}),
    # A message that passes is not read.
    (message(b"on") + message(b"passes", flags=0), {"payload": ("on",)}),
    (b"".join(message(b"%d" % n) for n in range(60)), {"payload": tuple(str(n) for n in range(50))}),
    (message(b"on") + b"\x31\xff\xff\x7f", {"payload": ("on",)}),
    (b"", {}),
]


@each(("sent", "values"), KEPT)
def test_sample_of_retained_messages(sent: bytes, values: dict[str, tuple[str, ...]]) -> None:
    answers = {packets.connect(V3): IN, packets.subscribe(V3, b"#"): b"\x90\3\0\1\0" + sent + PONG}
    place = Target("127.0.0.1", 1883)
    talk = PROBE.sample(place, (Container(("retained",), "messages"),), "")
    found = play(talk, MemoryPeer(answers.get), PROBE.meta.sends).result
    assert {one.field: one.values for one in found} == values


def test_messages_without_a_count_are_a_container_only_at_depth_sample() -> None:
    answers: dict[bytes, bytes | None] = {
        packets.connect(V3): IN,
        packets.subscribe(V3, TOPICS): b"\x90\3\0\1\0" + PONG,
        packets.connect(V5): b"\x20\3\0\0\0",
    }
    for depth in (Depth.DESCRIBE, Depth.SAMPLE):
        report = ask(answers, depth).result
        assert report.access is Access.PARTIAL
        assert [one.path for one in report.containers] == ([("retained",)] if depth is Depth.SAMPLE else [])


WRITES = [
    packets.subscribe(V3, b"people/#"),
    packets.subscribe(V3, b"+/#"),
    packets.encode_packet(0x30, packets.encode_text(b"people") + b"off"),
    # A user and a password; a will.
    packets.encode_packet(
        0x10, packets.encode_text(b"MQTT") + b"\4\xc2\0\x1e" + packets.encode_text(b"tieback_probe") + b"\0\1a\0\1b"
    ),
    packets.encode_packet(
        0x10, packets.encode_text(b"MQTT") + b"\4\6\0\x1e" + packets.encode_text(b"tieback_probe") + b"\0\1a\0\1b"
    ),
]


@pytest.mark.parametrize("data", WRITES)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in PROBE.meta.sends)


@given(st.binary(max_size=60), st.binary(max_size=200))
@settings(max_examples=examples(80), deadline=None)
def test_any_answer_ends_in_one_report(connack: bytes, subscribed: bytes) -> None:
    for first in (b"\x20" + connack, IN):
        report = ask({packets.connect(V3): first, packets.subscribe(V3, TOPICS): subscribed}).result
        assert report.access is not Access.OPEN or report.containers


@pytest.mark.parametrize(
    ("name", "access", "product"),
    [("mqtt-open", Access.OPEN, "mosquitto"), ("mqtt-auth", Access.AUTH_REQUIRED, "mqtt")],
)
def test_recordings(replay: Callable[..., Any], name: str, access: Access, product: str) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.product) == (access, product)
