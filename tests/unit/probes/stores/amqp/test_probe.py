import struct
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
from tieback.probes.stores.amqp import frames, performatives
from tieback.probes.stores.amqp.probe import AmqpProbe
from tieback.scope.conversation import Target

PROBE = AmqpProbe()


def long(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def start(mechanisms: bytes, product: bytes = b"RabbitMQ", cluster: bytes = b"rabbit.hr.test") -> bytes:
    told = ((b"product", product), (b"version", b"4.0.5"), (b"cluster_name", cluster))
    table = b"".join(frames.short_string(name) + b"S" + long(value) for name, value in told)
    return frames.encode_method(frames.START, 0, b"\0\x09" + long(table) + long(mechanisms) + long(b"en_US"))


OPEN = {
    frames.HEADER: start(b"PLAIN AMQPLAIN ANONYMOUS"),
    frames.ANONYMOUS: frames.encode_method(frames.TUNE, 0, struct.pack(">HIH", 2047, 131072, 60)),
    frames.TUNE_ANSWER: b"",
    frames.OPENING: frames.encode_method(frames.OPEN_OK, 0, b"\0"),
    frames.channel_open(1): frames.encode_method(frames.CHANNEL_OPEN_OK, 1, b"\0\0\0\0"),
    frames.channel_open(2): frames.encode_method(frames.CHANNEL_OPEN_OK, 2, b"\0\0\0\0"),
    frames.passive_declare(1, b"people"): frames.encode_method(
        frames.QUEUE_DECLARE_OK, 1, frames.short_string(b"people") + struct.pack(">II", 37, 0)
    ),
    frames.passive_declare(2, b"gone"): frames.encode_method(
        frames.CHANNEL_CLOSE,
        2,
        struct.pack(">H", 404) + frames.short_string(b"NOT_FOUND - no queue 'gone'") + b"\0" * 4,
    ),
    frames.channel_close_ok(2): b"",
}
NAMES = ("people", "gone")


def refusal(code: int, kind: tuple[int, int] = frames.CLOSE, channel: int = 0) -> bytes:
    return frames.encode_method(
        kind, channel, struct.pack(">H", code) + frames.short_string(b"ACCESS_REFUSED - no") + b"\0" * 4
    )


def ask(
    change: dict[bytes, bytes | None], depth: Depth = Depth.DESCRIBE, names: tuple[str, ...] = NAMES
) -> PlaybackResult[ProbeReport]:
    answers = {**OPEN, **change}
    target = Target("127.0.0.1", 5672, names=names)
    return play(PROBE.run(target, depth), MemoryPeer(lambda sent: answers.get(sent, b"")), PROBE.meta.sends)


def test_an_open_one() -> None:
    played = ask({})
    report = played.result
    assert (report.access, report.product, report.version) == (Access.OPEN, "rabbitmq", "4.0.5")
    (people,) = report.containers
    assert people.records is not None
    assert (people.path, people.records.value) == (("/", "people"), 37)
    assert report.identity is not None
    # The management port tells the same name: one store.
    assert report.identity.key == "rabbitmq:cluster_name:rabbit.hr.test"
    assert played.sent[-1] == frames.CLOSE_CONNECTION


def test_anonymous_is_tried_only_if_the_broker_offers_it() -> None:
    played = ask({frames.HEADER: start(b"PLAIN AMQPLAIN")})
    assert played.result.access is Access.AUTH_REQUIRED
    assert played.sent == (frames.HEADER,)
    assert not any(b"guest" in sent for sent in ask({}).sent)


STATES: list[tuple[dict[bytes, bytes | None], tuple[str, ...], Access]] = [
    ({frames.ANONYMOUS: refusal(403)}, NAMES, Access.AUTH_REQUIRED),
    ({frames.ANONYMOUS: None}, NAMES, Access.UNKNOWN),
    ({frames.OPENING: refusal(530)}, NAMES, Access.AUTH_REQUIRED),
    ({frames.OPENING: refusal(541)}, NAMES, Access.PARTIAL),
    ({}, (), Access.PARTIAL),
    ({}, ("gone\n",), Access.PARTIAL),
    ({frames.passive_declare(1, b"people"): refusal(403, frames.CHANNEL_CLOSE, 1)}, ("people",), Access.PARTIAL),
]


@each(("change", "names", "access"), STATES)
def test_access_state_by_server_answers(
    change: dict[bytes, bytes | None], names: tuple[str, ...], access: Access
) -> None:
    report = ask(change, names=names).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


PRODUCTS = [(b"RabbitMQ", "rabbitmq"), (b"LavinMQ", "lavinmq"), (b"qpid", "qpid"), (b"Other", "amqp")]


@pytest.mark.parametrize(("told", "product"), PRODUCTS)
def test_products(told: bytes, product: str) -> None:
    assert ask({frames.HEADER: start(b"PLAIN", told)}).result.product == product


def test_another_version_of_the_protocol() -> None:
    report = ask({frames.HEADER: b"AMQP\3\1\0\0"}).result
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "amqp", Access.UNKNOWN)
    assert "1.0.0" in report.problems[0]


def sasl(*mechanisms: bytes) -> bytes:
    names = b"".join(bytes((len(name),)) + name for name in mechanisms)
    array = b"\xe0" + bytes((len(names) + 2, len(mechanisms))) + b"\xa3" + names
    body = b"\0S@\xc0" + bytes((len(array) + 1, 1)) + array
    return performatives.SASL_HEADER + struct.pack(">IBBH", 8 + len(body), 2, 1, 0) + body


def outcome(code: int) -> bytes:
    return b"\0\0\0\x10\2\1\0\0\0SD\xc0\3\1P" + bytes((code,))


def closing(condition: bytes, text: bytes) -> bytes:
    error = b"\xa3" + bytes((len(condition),)) + condition + b"\xa1" + bytes((len(text),)) + text
    fields = b"\0S\x1d\xc0" + bytes((len(error) + 1, 2)) + error
    body = b"\0S\x18\xc0" + bytes((len(fields) + 1, 1)) + fields
    return struct.pack(">IBBH", 8 + len(body), 2, 0, 0) + body


def opened(*properties: tuple[bytes, bytes]) -> bytes:
    pairs = b"".join(b"\xa3" + bytes((len(k),)) + k + b"\xa1" + bytes((len(v),)) + v for k, v in properties)
    fields = b"\xa1\0" + b"@" * 8 + b"\xc1" + bytes((len(pairs) + 1, 2 * len(properties))) + pairs
    body = b"\0S\x10\xc0" + bytes((len(fields) + 1, 10)) + fields
    return struct.pack(">IBBH", 8 + len(body), 2, 0, 0) + body


ARTEMIS = ((b"product", b"apache-activemq-artemis"), (b"version", b"2.38.0"))
UNAUTHORIZED = b"amqp:unauthorized-access"
BEGUN = b"\0\0\0\x22\2\0\0\0\0S\x11\xc0\x15\5`\0\0R\1p\0\0?\xffp\x7f\xff\xff\xffp\0\0\xff\xff"
OPEN_10 = performatives.opening("127.0.0.1")
SESSION = {
    frames.HEADER: b"AMQP\0\1\0\0",
    performatives.SASL_HEADER: sasl(b"PLAIN", b"ANONYMOUS"),
    performatives.ANONYMOUS: outcome(0) + performatives.HEADER,
    OPEN_10: opened(*ARTEMIS),
    performatives.BEGINNING: BEGUN,
}
FAILED = opened((b"amqp:connection-establishment-failed", b"yes"))
SESSIONS = [
    # changed answers, product, access, number of proofs
    ({}, "artemis", Access.PARTIAL, 2),
    ({performatives.SASL_HEADER: sasl(b"PLAIN")}, "amqp", Access.AUTH_REQUIRED, 1),
    ({performatives.ANONYMOUS: outcome(1)}, "amqp", Access.AUTH_REQUIRED, 1),
    (
        {
            performatives.ANONYMOUS: outcome(1) + performatives.HEADER,
            OPEN_10: FAILED + closing(UNAUTHORIZED, b"User name [null] or password is invalid."),
        },
        "activemq",
        Access.AUTH_REQUIRED,
        1,
    ),
    ({OPEN_10: FAILED + closing(UNAUTHORIZED, b"AMQ229031: Unable to")}, "artemis", Access.AUTH_REQUIRED, 1),
    ({performatives.BEGINNING: closing(UNAUTHORIZED, b"no")}, "artemis", Access.AUTH_REQUIRED, 1),
    ({performatives.BEGINNING: closing(b"amqp:not-found", b"no host")}, "artemis", Access.UNKNOWN, 0),
    ({performatives.BEGINNING: None}, "artemis", Access.UNKNOWN, 0),
    ({OPEN_10: None}, "amqp", Access.UNKNOWN, 0),
]


@each(("change", "product", "access", "proofs"), SESSIONS)
def test_only_an_accepted_session_proves_access(
    change: dict[bytes, bytes | None], product: str, access: Access, proofs: int
) -> None:
    played = ask({**SESSION, **change})
    report = played.result
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), report
    assert len(report.proofs) == proofs
    assert bool(report.untested) is (b"amqp:not-found" in repr(change).encode())
    # No name, no password, and nothing that carries messages.
    assert set(played.sent) <= {*SESSION, performatives.HEADER, performatives.CLOSING}


def test_session_is_not_begun_after_a_refusal() -> None:
    answers: dict[bytes, bytes | None] = {**SESSION, OPEN_10: FAILED + closing(UNAUTHORIZED, b"no")}
    assert performatives.BEGINNING not in ask(answers).sent


def test_broker_that_does_not_answer_the_older_header() -> None:
    report = ask({**SESSION, frames.HEADER: b""}).result
    assert (report.product, report.version, report.access) == ("artemis", "2.38.0", Access.PARTIAL)


@each("answer", [b"HTTP/1.1 400", b"AMQX\0\1\0\0", b"ERROR\r\n", b"\1\1\1\1\0\0\0\0", refusal(501), b"-ERR\r\n"])
def test_other_protocols(answer: bytes) -> None:
    assert ask({frames.HEADER: answer}).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize("sent", [frames.ANONYMOUS, frames.OPENING, frames.channel_open(1)])
def test_unsolicited_answers_are_hostile(sent: bytes) -> None:
    assert ask({sent: frames.encode_method((60, 60), 1, b"secret")}).result.outcome is Outcome.HOSTILE


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 5), (Depth.ENUMERATE, 10), (Depth.DESCRIBE, 10)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask({}, depth).sent) == sends


WRITES = [
    # Not passive; delete, purge, publish, consume, get; PLAIN with a password.
    frames.encode_method(frames.QUEUE_DECLARE, 1, b"\0\0" + frames.short_string(b"q") + b"\0\0\0\0\0"),
    *(
        frames.encode_method(kind, 1, b"\0\0" + frames.short_string(b"q") + b"\0")
        for kind in ((50, 40), (50, 30), (60, 70))
    ),
    frames.encode_method((60, 40), 1, b"\0\0\0\1q\0"),
    frames.encode_method((60, 20), 1, b"\0\0\1q\0\0\0\0\0\0"),
    frames.encode_method(
        frames.START_OK,
        0,
        long(b"") + frames.short_string(b"PLAIN") + long(b"\0guest\0guest") + frames.short_string(b"en_US"),
    ),
]


@each("data", WRITES)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in PROBE.meta.sends)


@given(st.lists(st.binary(max_size=60).map(lambda data: b"\1\0\0" + long(data) + b"\xce"), max_size=5))
@settings(max_examples=examples(80), deadline=None)
def test_any_answer_ends_in_one_report(answers: list[bytes]) -> None:
    for first in ([], [OPEN[frames.HEADER]]):
        peer = MemoryPeer(recorded_answers([*first, *answers]))
        report = play(PROBE.run(Target("h", 5672), Depth.DESCRIBE), peer, PROBE.meta.sends).result
        assert report.access is not Access.OPEN


def test_recordings(replay: Callable[..., Any]) -> None:
    report = replay(PROBE, "amqp-open", names=("people", "gone")).result
    assert (report.access, report.product, report.version) == (Access.OPEN, "rabbitmq", "4.0.5")
    assert replay(PROBE, "amqp-auth").result.access is Access.AUTH_REQUIRED
