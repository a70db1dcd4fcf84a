"""OpenWire: the greeting of ActiveMQ, and a connection without a login."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.openwire import OpenwireProbe
from tieback.probes.wire.openwire import LOGIN, SHUTDOWN
from tieback.scope.conversation import Target

PROBE = OpenwireProbe()


def ask(answer: bytes | None, port: int = 61616) -> PlaybackResult[ProbeReport]:
    peer = MemoryPeer({LOGIN: answer, SHUTDOWN: None}.get)
    return play(PROBE.run(Target("127.0.0.1", port), Depth.SAMPLE), peer, PROBE.meta.sends)


def wire(*entries: bytes, count: int | None = None) -> bytes:
    held = (len(entries) if count is None else count).to_bytes(4, "big") + b"".join(entries)
    rest = b"\0\0\0\x0c\1" + len(held).to_bytes(4, "big") + held
    return (9 + len(rest)).to_bytes(4, "big") + b"\1ActiveMQ" + rest


def string(name: bytes, value: bytes) -> bytes:
    return len(name).to_bytes(2, "big") + name + b"\t" + len(value).to_bytes(2, "big") + value


GREETING = wire(
    b"\0\x0cCacheEnabled\1\1",
    b"\0\x09CacheSize\5\0\0\4\0",
    string(b"ProviderName", b"ActiveMQ"),
    b"\0\x0cMaxFrameSize\6" + bytes(8),
    string(b"ProviderVersion", b"5.18.6"),
)


def test_greeting_identifies_activemq() -> None:
    played = ask(GREETING, port=1)
    report = played.result
    assert (report.outcome, report.product, report.version) == (Outcome.OK, "activemq", "5.18.6")
    assert report.access is Access.UNKNOWN
    assert report.untested == ("a connection without a login",)
    assert played.sent == (LOGIN,)


# As ActiveMQ 5.17.6 sends them after its greeting: BrokerInfo, and the answer.
BROKER_INFO = (
    b"\0\0\0\x4a\2\0\0\0\0\0\1\x7c\1\0\x1dID:vm-34137-1795838221219-0:1\1\0\x15tcp://127.0.0.1:28700\0\1\0\3lab\0\0\0"
)
ACCEPTED = b"\0\0\0\x0a\x1e\0\0\0\0\0\0\0\0\1"


def refused(kind: bytes, message: bytes) -> bytes:
    texts = b"".join(b"\1" + len(text).to_bytes(2, "big") + text for text in (kind, message))
    return (11 + len(texts)).to_bytes(4, "big") + b"\x1f\0\0\0\0\0\0\0\0\1\1" + texts


LOGINS = [
    # answer, access, whether a connection without a login is still untested
    (BROKER_INFO + ACCEPTED, Access.PARTIAL, False),
    (
        BROKER_INFO + refused(b"java.lang.SecurityException", b"User name [null] or password is invalid."),
        Access.AUTH_REQUIRED,
        False,
    ),
    (refused(b"javax.jms.ResourceAllocationException", b"Exceeded the maximum number of"), Access.UNKNOWN, True),
    (b"\0\0\0\x0b\x1f\0\0\0\0\0\0\0\0\1\0", Access.UNKNOWN, True),
    (BROKER_INFO, Access.UNKNOWN, True),
    (b"", Access.UNKNOWN, True),
]


@each(("answer", "access", "untested"), LOGINS)
def test_connection_without_a_login(answer: bytes, access: Access, untested: bool) -> None:
    played = ask(GREETING + answer)
    report = played.result
    assert (report.outcome, report.access, bool(report.untested)) == (Outcome.OK, access, untested), report
    # A broker that refuses us closes the connection itself.
    assert (SHUTDOWN in played.sent) is (access is Access.PARTIAL)


@pytest.mark.parametrize(
    "answer", [BROKER_INFO * 20, b"\xff\xff\xff\xff", bytes(4), refused(b"x", b"y")[:-3] + b"\xff\xff\xff"]
)
def test_answers_to_a_login_that_lie(answer: bytes) -> None:
    assert ask(GREETING + answer).result.outcome is Outcome.HOSTILE


@each(
    ("greeting", "outcome"),
    [
        (wire(string(b"ProviderVersion", b"<script>")), Outcome.OK),
        (wire(b"\0\1x\x0c"), Outcome.OK),
        (wire(count=0xFFFFFFFF), Outcome.HOSTILE),
        (wire(b"\xff\xffab"), Outcome.HOSTILE),
        (wire(b"\0\1x\t\xff\xff"), Outcome.HOSTILE),
        (b"\0\xff\xff\xff\1ActiveMQ" + bytes(40), Outcome.PROTOCOL_MISMATCH),
        (b"\0\0\0\x09\1ActiveMQ" + bytes(40), Outcome.PROTOCOL_MISMATCH),
        (b"\0\0\0\x40\1Activemq" + bytes(90), Outcome.PROTOCOL_MISMATCH),
    ],
)
def test_greetings_that_lie(greeting: bytes, outcome: Outcome) -> None:
    report = ask(greeting).result
    assert (report.outcome, report.version) == (outcome, "")


@pytest.mark.parametrize(
    "answer", [b"-ERR unknown command", b"\0", b"\0\0\0\x0eS", b"HTTP/1.1 400 Bad Request\r\n\r\n", None]
)
def test_other_protocols(answer: bytes | None) -> None:
    assert ask(answer, port=1).result.outcome is Outcome.PROTOCOL_MISMATCH


@settings(max_examples=examples(200))
@given(st.binary(max_size=80), st.sampled_from([b"", GREETING[:13], GREETING]))
def test_any_answer_ends_in_one_report(data: bytes, start: bytes) -> None:
    report = ask(start + data, port=1).result
    assert report.access in (Access.UNKNOWN, Access.PARTIAL, Access.AUTH_REQUIRED)
