from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.nats_client import NatsClientProbe
from tieback.scope.conversation import Target

PROBE = NatsClientProbe()
INFO = b'INFO {"server_id":"NAB12345678","version":"2.15.1","max_payload":1,"jetstream":true%b}\r\n'


def ask(greeting: bytes, answer: bytes | None, port: int = 4222, **peer: bool) -> PlaybackResult[ProbeReport]:
    target = Target("127.0.0.1", port)
    return play(
        PROBE.run(target, Depth.DESCRIBE),
        MemoryPeer(recorded_answers([answer]), greeting=greeting, **peer),
        PROBE.meta.sends,
    )


STATES = [
    # more of the greeting, answer, access
    (b"", b"PONG\r\n", Access.PARTIAL),
    (b'"auth_required":true', b"PONG\r\n", Access.PARTIAL),
    (b'"auth_required":true', b"-ERR 'Authorization Violation'\r\n", Access.AUTH_REQUIRED),
    (b'"auth_required":true', b"-ERR 'Authentication Timeout'\r\n", Access.AUTH_REQUIRED),
    (b"", b"-ERR 'Maximum Connections Exceeded'\r\n", Access.UNKNOWN),
    (b"", INFO % b"" + b"PING\r\n+OK\r\nPONG\r\n", Access.PARTIAL),
    (b"", None, Access.UNKNOWN),
    (b'"tls_required":true', b"PONG\r\n", Access.PARTIAL),
]


@each(("more", "answer", "access"), STATES)
def test_access_state_by_server_answers(more: bytes, answer: bytes | None, access: Access) -> None:
    report = ask(INFO % (b"," + more if more else b""), answer).result
    assert (report.outcome, report.product, report.version, report.access) == (Outcome.OK, "nats", "2.15.1", access)
    assert report.identity is not None
    # The monitoring port tells the same identifier: one store.
    assert report.identity.key == "nats:server_id:NAB12345678"


STORELESS = INFO.replace(b'"jetstream":true', b'"jetstream":false') % b""
SUBSCRIBED = [
    # answer to the subscription, access
    (b"PONG\r\n", Access.OPEN_EMPTY),
    (b"+OK\r\nPING\r\nPONG\r\n", Access.OPEN_EMPTY),
    (b"-ERR 'Permissions Violation for Subscription to \"tieback.probe\"'\r\nPONG\r\n", Access.PARTIAL),
    (None, Access.PARTIAL),
]


@pytest.mark.parametrize(("answer", "access"), SUBSCRIBED)
def test_a_server_without_storage_is_empty_if_it_accepts_a_subscription(answer: bytes | None, access: Access) -> None:
    peer = MemoryPeer(recorded_answers([b"PONG\r\n", answer]), greeting=STORELESS)
    played = play(PROBE.run(Target("127.0.0.1", 4222), Depth.ENUMERATE), peer, PROBE.meta.sends)
    assert (played.result.outcome, played.result.access) == (Outcome.OK, access)
    assert len(ask(STORELESS, b"PONG\r\n").sent) == 2
    identified = play(
        PROBE.run(Target("127.0.0.1", 4222), Depth.IDENTIFY),
        MemoryPeer(recorded_answers([b"PONG\r\n"]), greeting=STORELESS),
        PROBE.meta.sends,
    )
    assert (identified.result.access, len(identified.sent)) == (Access.PARTIAL, 1)


def test_a_message_to_a_subscription_that_nobody_serves_is_hostile() -> None:
    peer = MemoryPeer(recorded_answers([b"PONG\r\n", b"MSG tieback.probe 1 3\r\nabc\r\n"]), greeting=STORELESS)
    report = play(PROBE.run(Target("127.0.0.1", 4222), Depth.DESCRIBE), peer, PROBE.meta.sends).result
    assert report.outcome is Outcome.HOSTILE


def test_a_certificate_of_the_client_is_a_login() -> None:
    report = ask(INFO % b',"tls_required":true,"tls_verify":true', None, starttls=False).result
    assert report.access is Access.AUTH_REQUIRED
    assert ask(INFO % b',"tls_required":true', None, starttls=False).result.access is Access.UNKNOWN


@pytest.mark.parametrize(
    "greeting", [b"220 FTP\r\n", b"INFO {}\r\n", b"INFO [\r\n", b"I\r\n", b'INFO {"server_id":1}\r\n']
)
def test_other_greetings(greeting: bytes) -> None:
    assert ask(greeting, None).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_a_silent_one() -> None:
    assert ask(b"", None, port=1).result.outcome is Outcome.PROTOCOL_MISMATCH
    assert ask(b"", None).result.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize("answer", [b"MSG people 1 3\r\nabc\r\n", b"+OK\r\n" * 50])
def test_unsolicited_answers_are_hostile(answer: bytes) -> None:
    assert ask(INFO % b"", answer).result.outcome is Outcome.HOSTILE


@pytest.mark.parametrize(
    "data", [b"PUB people 3\r\noff\r\n", b"SUB > 1\r\n", b'CONNECT {"user":"a","pass":"b"}\r\nPING\r\n']
)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in PROBE.meta.sends)


@given(st.binary(max_size=120), st.binary(max_size=120))
@settings(max_examples=examples(80), deadline=None)
def test_any_answer_ends_in_one_report(greeting: bytes, answer: bytes) -> None:
    report = ask(b"INFO " + greeting, answer).result
    assert not report.access.exposed
    assert not ask(INFO % b"", answer).result.containers


@pytest.mark.parametrize(
    ("name", "access"), [("nats_client-open", Access.PARTIAL), ("nats_client-auth", Access.AUTH_REQUIRED)]
)
def test_recordings(replay: Callable[..., Any], name: str, access: Access) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.product) == (access, "nats")
    assert report.version
