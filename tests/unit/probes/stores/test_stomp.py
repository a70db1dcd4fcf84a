"""STOMP sessions without a login."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.stomp import StompProbe
from tieback.scope.conversation import Target

PROBE = StompProbe()
CONNECT = b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0"
DISCONNECT = b"DISCONNECT\n\n\0"


def ask(answer: bytes | None, port: int = 61613) -> PlaybackResult[ProbeReport]:
    peer = MemoryPeer({CONNECT: answer, DISCONNECT: None}.get)
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


@each(("server", "product", "version"), SERVERS)
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


@each(
    "answer",
    [
        b"-ERR unknown command 'CONNECT'\r\n",
        b"ERROR\r\n\0",
        b"E\0\0\0=SFATAL\0C08P01\0\0",
        b"CONNECT\n\n\0",
        b"CONNECTED\n\n\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0\1R\1ActiveMQ",
        b"x",
        None,
    ],
)
def test_other_protocols(answer: bytes | None) -> None:
    assert ask(answer, port=1).result.outcome is Outcome.PROTOCOL_MISMATCH


@settings(max_examples=examples(200))
@given(st.binary(max_size=80), st.sampled_from([b"", b"CONNECTED\n", b"ERROR\n"]))
def test_any_answer_ends_in_one_report(data: bytes, start: bytes) -> None:
    report = ask(start + data, port=1).result
    assert report.access in (Access.UNKNOWN, Access.PARTIAL, Access.AUTH_REQUIRED)
