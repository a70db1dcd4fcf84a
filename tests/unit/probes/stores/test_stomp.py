"""STOMP sessions without a login, and the greeting of OpenWire."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.stomp import StompProbe
from tieback.scope.conversation import Target

PROBE = StompProbe()
CONNECT = b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0"
DISCONNECT = b"DISCONNECT\n\n\0"


def ask(answer: bytes | None, port: int = 61613, greeting: bytes = b"") -> PlaybackResult[ProbeReport]:
    answers = {CONNECT: answer, DISCONNECT: None}
    peer = MemoryPeer(answers.get, greeting=greeting)
    return play(PROBE.run(Target("127.0.0.1", port), Depth.SAMPLE), peer, PROBE.meta.sends)


def connected(server: bytes) -> bytes:
    return b"CONNECTED\nserver:" + server + b"\nsession:ID:1\nversion:1.2\n\n\0\n"


SERVERS = [
    (b"ActiveMQ/5.18.6", "activemq", "5.18.6"),
    (b"ActiveMQ-Artemis/2.38.0 ActiveMQ Artemis Messaging Engine", "artemis", "2.38.0"),
    (b"RabbitMQ/3.10.8", "rabbitmq", "3.10.8"),
    (b"apache-apollo/1.7", "stomp", "1.7"),
    (b"", "stomp", ""),
    (b"ActiveMQ", "activemq", ""),
]


@pytest.mark.parametrize(("server", "product", "version"), SERVERS)
def test_broker_names_itself(server: bytes, product: str, version: str) -> None:
    played = ask(connected(server))
    report = played.result
    assert (report.outcome, report.product, report.version) == (Outcome.OK, product, version)
    assert report.access is Access.PARTIAL
    assert played.sent == (CONNECT, DISCONNECT)


REFUSALS = [
    (b"message:User name [null] or password is invalid.", Access.AUTH_REQUIRED),
    (b"message:Bad CONNECT\ncontent-type:text/plain", Access.UNKNOWN),
    (b"message:Access refused", Access.AUTH_REQUIRED),
    (b"message:Security Error occurred", Access.AUTH_REQUIRED),
    (b"message:Supported protocol versions are 1.0", Access.UNKNOWN),
]


@pytest.mark.parametrize(("headers", "access"), REFUSALS)
def test_refusal_of_a_login_is_closed_and_other_errors_are_not(headers: bytes, access: Access) -> None:
    played = ask(b"ERROR\n" + headers + b"\n\n\0")
    report = played.result
    assert (report.outcome, report.access) == (Outcome.OK, access), report
    assert played.sent == (CONNECT,)
    assert bool(report.problems) is (access is Access.UNKNOWN)


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


def test_greeting_of_openwire_identifies_activemq() -> None:
    report = ask(b"", greeting=GREETING, port=1).result
    assert (report.outcome, report.product, report.version) == (Outcome.OK, "activemq", "5.18.6")
    assert report.access is Access.UNKNOWN
    assert report.untested == ("a session of OpenWire without a login",)


@pytest.mark.parametrize(
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
    report = ask(b"", greeting=greeting).result
    assert (report.outcome, report.version) == (outcome, "")


@pytest.mark.parametrize(
    "answer",
    [
        b"-ERR unknown command 'CONNECT'\r\n",
        b"ERROR\r\n\0",
        b"E\0\0\0=SFATAL\0C08P01\0\0",
        b"CONNECT\n\n\0",
        b"CONNECTED\n\n\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"x",
        None,
    ],
)
def test_other_protocols(answer: bytes | None) -> None:
    assert ask(answer, port=1).result.outcome is Outcome.PROTOCOL_MISMATCH


@settings(max_examples=200)
@given(st.binary(max_size=80), st.sampled_from([b"", b"CONNECTED\n", b"ERROR\n", GREETING[:13]]))
def test_any_answer_ends_in_one_report(data: bytes, start: bytes) -> None:
    report = ask(start + data, port=1).result
    assert report.access in (Access.UNKNOWN, Access.PARTIAL, Access.AUTH_REQUIRED)
